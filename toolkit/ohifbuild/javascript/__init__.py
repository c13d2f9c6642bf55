"""JavaScript and TypeScript source: syntax trees, what a module imports, what it exports."""
