/**
 * Records which modules of the bundler a page uses. Runs before all scripts of the page; `QUEUE` is the variable to which
 * the bundler's chunks add themselves.
 *
 * A module that is evaluated is not yet used: others may import it and not call it. So this also sees which exports are
 * read, and by the evaluation of which module.
 */
(queue => {
  /** Each module's text and what it requires while it is evaluated; the modules whose exports it reads then. */
  const modules = {};
  const evaluating = [];
  /** Modules that functions use, and those that are evaluated although no other one is. */
  const roots = new Set();
  window.recordedModules = () => ({ modules: Object.values(modules), roots: [...roots] });

  function entryOf(id) {
    modules[id] ??= { id: String(id), esm: false, evaluated: false, requires: [], reads: [] };
    return modules[id];
  }

  function user(id, kind) {
    const by = evaluating.at(-1);
    if (by === undefined) {
      roots.add(String(id));
    } else if (by !== String(id)) {
      const list = entryOf(by)[kind];
      if (!list.includes(String(id))) {
        list.push(String(id));
      }
    }
  }

  function watch(factories, id) {
    const factory = factories[id];
    if (factory.watched) {
      return;
    }
    factories[id] = function (module, exports, require) {
      const entry = entryOf(id);
      entry.evaluated = true;
      if (evaluating.length === 0) {
        roots.add(String(id)); // the bundler's entry, or what an import at run time asks for
      }
      const tracked = function (other) {
        user(other, 'requires');
        return require(other);
      };
      Object.setPrototypeOf(tracked, require);
      tracked.d = (target, definition) => {
        if (target !== exports) {
          require.d(target, definition);
          return;
        }
        entry.esm = true;
        const seen = {};
        for (const name of Object.keys(definition)) {
          const get = definition[name];
          seen[name] = () => {
            user(id, 'reads');
            return get();
          };
        }
        require.d(target, seen);
      };
      evaluating.push(String(id));
      try {
        return factory.call(this, module, exports, tracked);
      } finally {
        evaluating.pop();
      }
    };
    factories[id].watched = true;
  }

  function watchAll(factories) {
    Object.keys(factories).forEach(id => watch(factories, id));
  }

  (window[queue] ??= []).push([
    ['ohifbuild-recording'],
    {},
    require => {
      watchAll(require.m);
      // The runtime puts its own function there after it has called this one.
      queueMicrotask(() => {
        const add = window[queue].push;
        window[queue].push = data => {
          watchAll(data[1]);
          return add(data);
        };
      });
    },
  ]);
})('QUEUE');
