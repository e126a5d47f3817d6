export function lockfileDigest(root: string, platform?: string): string;
