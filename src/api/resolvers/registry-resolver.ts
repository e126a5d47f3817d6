import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Agency, Partner, SharedDatabase, Technology } from '../../domain/registry.js';
import { type Connection, PageArgs, pageOf } from '../connection.js';
import type { ApiContext } from '../context.js';
import {
  AgencyConnection,
  AgencyType,
  PartnerConnection,
  PartnerType,
  SharedDatabaseConnection,
  SharedDatabaseType,
  TechnologyConnection,
  TechnologyType,
} from '../types/registry.js';

const code = (item: { readonly code: string }): string => item.code;

/** In the order of their codes, which the cursors of a page rely on; bytewise, as the database compares them. */
const byCode = <T extends { readonly code: string }>(items: readonly T[]): readonly T[] =>
  [...items].sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));

const page = <T extends { readonly code: string }>(items: readonly T[], args: PageArgs): Connection<T> =>
  pageOf(byCode(items), code, args);

/** @throws if a row names what is not registered: foreign keys make that impossible */
function registered<T>(item: T | null, kind: string): T {
  if (item === null) throw new Error(`the registry names a ${kind} it does not hold`);
  return item;
}

@Resolver()
export class RegistryResolver {
  @Query(() => PartnerConnection, { description: 'Partners, in the order of their codes.' })
  async partners(@Args(() => PageArgs) args: PageArgs, @Ctx() { hub }: ApiContext): Promise<Connection<Partner>> {
    return page(await hub.registry.partners(), args);
  }

  @Query(() => AgencyConnection, { description: 'Agencies, in the order of their codes.' })
  async agencies(@Args(() => PageArgs) args: PageArgs, @Ctx() { hub }: ApiContext): Promise<Connection<Agency>> {
    return page(await hub.registry.agencies(), args);
  }

  @Query(() => SharedDatabaseConnection, { description: 'Shared databases, in the order of their codes.' })
  async sharedDatabases(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { hub }: ApiContext,
  ): Promise<Connection<SharedDatabase>> {
    return page(await hub.registry.databases(), args);
  }

  @Query(() => TechnologyConnection, { description: 'Technologies, in the order of their codes.' })
  async technologies(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { hub }: ApiContext,
  ): Promise<Connection<Technology>> {
    return page(await hub.registry.technologies(), args);
  }
}

@Resolver(() => PartnerType)
export class PartnerResolver {
  @FieldResolver(() => AgencyConnection)
  async agencies(
    @Root() partner: Partner,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<Connection<Agency>> {
    return page(await loaders.agenciesOfPartner.load(partner.code), args);
  }
}

@Resolver(() => AgencyType)
export class AgencyResolver {
  @FieldResolver(() => PartnerType)
  async partner(@Root() agency: Agency, @Ctx() { loaders }: ApiContext): Promise<Partner> {
    return registered(await loaders.partner.load(agency.partner), 'partner');
  }

  @FieldResolver(() => SharedDatabaseConnection)
  async databases(
    @Root() agency: Agency,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<Connection<SharedDatabase>> {
    return page(await loaders.databasesOfAgency.load(agency.code), args);
  }

  @FieldResolver(() => TechnologyConnection)
  async technologies(
    @Root() agency: Agency,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<Connection<Technology>> {
    return page(await loaders.technologiesOfAgency.load(agency.code), args);
  }
}

@Resolver(() => SharedDatabaseType)
export class SharedDatabaseResolver {
  @FieldResolver(() => AgencyType)
  async owner(@Root() database: SharedDatabase, @Ctx() { loaders }: ApiContext): Promise<Agency> {
    return registered(await loaders.agency.load(database.owner), 'agency');
  }
}

@Resolver(() => TechnologyType)
export class TechnologyResolver {
  @FieldResolver(() => AgencyType)
  async owner(@Root() technology: Technology, @Ctx() { loaders }: ApiContext): Promise<Agency> {
    return registered(await loaders.agency.load(technology.owner), 'agency');
  }
}
