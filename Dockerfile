# One image for every process of ours; docker-compose.yml says which one a container is.
FROM python:3.11.14-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# Versions and hashes first: this layer is made again only when they change.
COPY requirements.lock ./
RUN pip install --require-hashes --no-deps --requirement requirements.lock

COPY pyproject.toml README.md LICENSE bootstrap.py ./
COPY domain domain
COPY workflows workflows
COPY projections projections
COPY programmes programmes
COPY entrypoints entrypoints
COPY workers workers
COPY bench bench
COPY deploy deploy
RUN pip install --no-deps --no-build-isolation --editable . \
    && python -m compileall -q . \
    && useradd --system --uid 10001 --no-create-home canopy \
    && install --directory --owner=canopy --mode=0700 /var/lib/canopy

USER canopy
ENV PYTHONDONTWRITEBYTECODE=1 CANOPY_STATE=/var/lib/canopy
CMD ["canopy", "--help"]
