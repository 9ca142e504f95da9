# The program and nothing else: built with the Swift toolchain, run on plain Debian.
FROM swift:6.3-bookworm AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends libuv1-dev libsqlite3-dev libssl-dev pkg-config make
WORKDIR /src
COPY Package.swift Makefile ./
COPY scripts scripts
COPY Sources Sources
COPY Tests Tests
COPY Benchmarks Benchmarks
COPY Examples Examples
RUN swift build -c release --static-swift-stdlib --product cellmesh

FROM debian:bookworm-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends libuv1 libsqlite3-0 libssl3 libstdc++6 ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/.build/release/cellmesh /usr/local/bin/cellmesh
COPY topology /etc/cellmesh/topology
COPY cells /etc/cellmesh/cells
# Nobody's on the host, and nobody with rights in the container. A new volume takes this owner.
RUN install --directory --owner=10001 --group=0 --mode=0770 /var/lib/cellmesh
VOLUME /var/lib/cellmesh
USER 10001:0
STOPSIGNAL SIGTERM
ENTRYPOINT ["cellmesh"]
CMD ["help"]
