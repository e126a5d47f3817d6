export interface NodePackage {
  readonly name: string;
  readonly version: string;
  readonly binary: string;
  readonly integrity: string;
}
export const NODE_MAJOR_MIN: number;
export const NODE_PACKAGES: Readonly<Record<string, NodePackage>>;
export function chooseNode(hostVersion: string, platform: string, arch: string): 'HOST' | NodePackage;
