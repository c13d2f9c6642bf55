"""The images of containers, each with its version."""

from __future__ import annotations

IMAGES = {
    "nginx": "nginx:1.28-alpine",
    "orthanc": "orthancteam/orthanc:26.4.0",
    "auth": "orthancteam/orthanc-auth-service:26.4.0",
    "postgres": "postgres:17-alpine",
}
