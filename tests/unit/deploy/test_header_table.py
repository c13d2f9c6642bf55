from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ohifbuild.deploy.header_table import immutable_paths
from ohifbuild.server.static_files import HASHED

NAME = st.text(alphabet="0123456789abcdef./_-xjs", max_size=45)


@given(name=st.one_of(NAME, NAME.map("ohifbuild/0123456789ab/{}".format)), url=st.sampled_from(["/", "/a.b/ohif/"]))
def test_immutable_paths_are_the_same_as_those_of_serve(name: str, url: str) -> None:
    found = any(re.search(pattern, url + name) for pattern in immutable_paths(url))
    assert found == bool(HASHED.search(name))
