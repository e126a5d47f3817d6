# syntax=docker/dockerfile:1
# The hub alone; PostgreSQL runs beside it (docker-compose.yml). Debian rather than Alpine, so that it is the same glibc
# as where the tests ran.

FROM node:24-bookworm-slim AS build
WORKDIR /besa
COPY package.json package-lock.json .npmrc ./
# No package's install script is needed, and none gets to run.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY migrations ./migrations
COPY examples ./examples
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json

FROM node:24-bookworm-slim AS packages
WORKDIR /besa
COPY package.json package-lock.json .npmrc ./
# Without the embedded PostgreSQL: in a container the database is another container, or the ministry's own.
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:24-bookworm-slim AS hub
LABEL org.opencontainers.image.title="Besa" \
      org.opencontainers.image.description="A GraphQL data hub that answers exactly what the agreements in force allow" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=4000 \
    BESA_DATA=/var/lib/besa
WORKDIR /besa
# Owned by root: the hub can read its own code, and not change it.
COPY package.json LICENSE ./
COPY --from=packages /besa/node_modules ./node_modules
COPY --from=build /besa/dist ./dist
COPY schema ./schema
COPY examples ./examples
RUN install -d -o node -g node -m 0700 /var/lib/besa /var/lib/besa-safekeeping
USER node
VOLUME /var/lib/besa /var/lib/besa-safekeeping
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "dist/src/main.js"]
