export function makeSecrets(random?: () => string): Readonly<Record<string, string>>;
