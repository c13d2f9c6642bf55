"""The scripts that are copied to servers, for the parts of the toolkit that must do exactly what they do.

The scripts import one another by their bare names, because a server has no ohifbuild. So their folder is the first on
the path of imports while they are imported.
"""

from __future__ import annotations

import sys

from ohifbuild.orthanc.configuration import SCRIPTS

sys.path.insert(0, str(SCRIPTS))
try:
    import access_log
    import auth_service
    import bounded_json
    import local_orthanc
    import share_file
    import token_file
finally:
    sys.path.remove(str(SCRIPTS))

__all__ = ["access_log", "auth_service", "bounded_json", "local_orthanc", "share_file", "token_file"]
