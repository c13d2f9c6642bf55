"""OHIF's own workspaces: ``ohif.config.json`` and ``pluginConfig.json``, read into a recipe and written from one."""
