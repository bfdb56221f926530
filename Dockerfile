FROM swift:6.3-bookworm AS builder
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        libpq-dev zlib1g-dev libzstd-dev libsnappy-dev libssh2-1-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
COPY sql sql
RUN swift build -c release --static-swift-stdlib --product ferry \
    && install -D -s "$(swift build -c release --static-swift-stdlib --show-bin-path)/ferry" \
        /ferry

FROM debian:bookworm-slim
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        libpq5 zlib1g libzstd1 libsnappy1v5 libssh2-1 libstdc++6 ca-certificates gpg tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin \
        ferry \
    # A new volume that is mounted here inherits the owner.
    && install -d -o ferry -g ferry /exports
COPY --from=builder /ferry /usr/local/bin/ferry
USER ferry
# A crash ends the process immediately, which releases its sessions and locks.
ENV SWIFT_BACKTRACE=enable=no
ENTRYPOINT ["ferry"]
CMD ["--help"]
