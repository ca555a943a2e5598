# One stage compiles the whole workspace; every image takes one program out of it.
FROM debian:trixie-slim AS compiled
RUN apt-get update \
    && apt-get install --yes --no-install-recommends cargo \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked --offline

FROM debian:trixie-slim AS server
COPY --from=compiled /src/target/release/kms-server /usr/local/bin/
ENV KMS_LISTEN=0.0.0.0:9400
EXPOSE 9400
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/kms-server"]

FROM debian:trixie-slim AS client
COPY --from=compiled /src/target/release/kms-client /usr/local/bin/
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/kms-client"]

FROM debian:trixie-slim AS keygen
COPY --from=compiled /src/target/release/kms-keygen /usr/local/bin/
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/kms-keygen"]
