# The images of BugHive: `--target operator` (no browser) and `--target worker` (with one).
#
# `make images` builds both, with Docker or without. BASE_IMAGE is any Debian bookworm, from a registry or made by
# debootstrap. The axe-core script must be there already: `make setup` takes it from npm.
ARG BASE_IMAGE=debian:bookworm-slim

# --- what both stand on: Python, the user, and nothing to build with ---
FROM ${BASE_IMAGE} AS runtime
RUN apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends ca-certificates python3 tini \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*
RUN groupadd --gid 10001 bughive && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp bughive
ENV HOME=/tmp \
    PATH=/opt/bughive/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /tmp
USER 10001:10001
ENTRYPOINT ["tini", "--"]

# --- pip lives here, and stays here ---
FROM ${BASE_IMAGE} AS build
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends ca-certificates python3 python3-venv
RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/bughive
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements/build.lock /src/requirements/
RUN /opt/build/bin/pip install --quiet --require-hashes -r /src/requirements/build.lock

FROM build AS wheel
COPY . /src
RUN test -f /src/worker/bughive_worker/vendor/axe.min.js \
    || { echo "worker/bughive_worker/vendor/axe.min.js is missing: run make setup first" >&2; exit 1; }
RUN /opt/build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /dist /src

# --- the operator ---
FROM build AS operator-packages
COPY requirements/operator.lock /src/requirements/
RUN /opt/build/bin/pip --python /opt/bughive/bin/python install --quiet --require-hashes -r /src/requirements/operator.lock
COPY --from=wheel /dist /dist
RUN /opt/build/bin/pip --python /opt/bughive/bin/python install --quiet --no-deps /dist/*.whl \
    && rm -r /opt/bughive/bin/bughive /opt/bughive/bin/bughive-worker /opt/bughive/lib/python3*/site-packages/bughive_worker
# The Kubernetes client is two thirds generated classes that load when they are asked for. The operator calls by path, and
# asks for none: their asyncio twins and the APIs go, and of the models what was compiled ahead. So do Celery's prompt, the
# packages' own tests, the symbols of compiled modules, and OpenTelemetry's names for what others trace. The last line is
# the proof that nothing is missed.
RUN apt-get install -qq -y --no-install-recommends binutils \
    && cd /opt/bughive/lib/python3*/site-packages \
    && rm -r kubernetes/aio kubernetes/client/api kubernetes/client/models/__pycache__ prompt_toolkit wcwidth click_repl \
    && find . -type d -name tests -prune -exec rm -r {} + \
    && find opentelemetry/semconv/_incubating/*/ -type f ! -name '__init__.*' ! -name 'otel_*' -delete \
    && find . -name '*.pyi' -delete && find . -name '*.so' -exec strip --strip-unneeded {} + \
    && /opt/bughive/bin/python -B -c "import bughive_operator.main, bughive_operator.self_test, bughive_protocol.span_export, kombu.transport.redis, celery.backends.redis, obstore.store"

FROM runtime AS operator
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="BugHive operator" \
      org.opencontainers.image.description="Dispatches CrawlSessions to workers and writes their progress back" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=operator-packages /opt/bughive /opt/bughive
CMD ["bughive-operator"]

# --- the worker ---
FROM build AS worker-packages
COPY requirements/worker.lock /src/requirements/
RUN /opt/build/bin/pip --python /opt/bughive/bin/python install --quiet --require-hashes -r /src/requirements/worker.lock
COPY --from=wheel /dist /dist
RUN /opt/build/bin/pip --python /opt/bughive/bin/python install --quiet --no-deps /dist/*.whl \
    && rm -r /opt/bughive/bin/bughive-operator /opt/bughive/lib/python3*/site-packages/bughive_operator

FROM runtime AS browser
USER 0:0
# Liberation stands for the web's usual fonts, WenQuanYi Zen Hei has Chinese, Japanese and Korean (its own settings would
# make it the first choice for Latin too);
# libatomic1 is for the Node.js inside Playwright. Mesa's drivers and their compiler serve graphics cards, and the layer
# checks programs for Vulkan: the headless shell draws by itself.
RUN export PATH="$PATH:/usr/sbin:/sbin" \
    && apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends \
        chromium-headless-shell fonts-liberation fonts-noto-color-emoji fonts-wqy-zenhei libatomic1 \
    && dpkg-query --show --showformat '${Package}\n' 'libllvm*' 'libz3-*' libgl1-mesa-dri | xargs dpkg --purge --force-depends \
    && rm -f /usr/lib/chromium/libVkLayer_khronos_validation.so /etc/fonts/conf.d/*-wqy-zenhei.conf \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*
COPY worker/fonts.conf /etc/fonts/local.conf
USER 10001:10001

FROM browser AS worker
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="BugHive worker" \
      org.opencontainers.image.description="Crawls sites with a real browser and finds their bugs" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=worker-packages /opt/bughive /opt/bughive
ENV BUGHIVE_HEALTH_FILE=/tmp/bughive-healthy
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["bughive-worker", "--check-health", "/tmp/bughive-healthy"]
CMD ["bughive-worker", "--queues", "crawl"]
