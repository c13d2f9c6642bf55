window.config = { extensions: [], modes: [] };
