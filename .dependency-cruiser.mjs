// Generated from the one table in scripts/house.mjs; tests/house checks that it finds what it must.
import { rulesFrom } from './scripts/house.mjs';

export default {
  forbidden: rulesFrom(),
  options: {
    // TypeScript 7 has no parser to offer; without this line a loose JavaScript parser reads the sources, and misreads some.
    parser: 'swc',
    // Type-only imports count: a folder that knows another's types knows it.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
