"""MkDocs hooks: put what is generated from the code into the site."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from site_pages import SECTIONS, pages
from site_pages.errors import classes
from site_pages.markdown import DOCS, filled, kebab
from site_pages.project import PAGES, linked


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Completes the navigation with the pages that are generated."""
    errors: list[Any] = [
        {f"{item.exit_code} {item.__name__}": f"errors/{kebab(item.__name__)}.md"} for item in classes()
    ]
    project = [name for name in PAGES if name.startswith("project/")]
    navigation: list[Any] = config.nav or []
    navigation += [{"Errors": ["errors/index.md", *errors]}, {"Project": project}]
    config.nav = navigation
    return config


def on_files(files: Files, /, config: MkDocsConfig) -> Files:
    """Adds the pages and files that are generated."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, /, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fills in the generated parts of a page, and turns links to files of the repository into addresses."""
    path = page.file.src_uri
    if page.file.generated_by is not None:
        return markdown
    return linked(filled(markdown, SECTIONS), path, DOCS / PurePosixPath(path))
