# docker build -t chaski .
# docker run --rm -it -v "$PWD:/work" chaski run --example support
#
# The image holds the program alone: no shell, so no tool with `shell:` opens there, and none
# whose `command:` is not beside the agent's files. `docker build --target shell -t chaski .`
# makes one with busybox's sh, grep, sed and the like, which agents of `chaski init` need.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=""
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.released=${VERSION}" -o /chaski ./cmd/chaski \
    && mkdir -p /empty/work /empty/tmp && chmod 1777 /empty/tmp && chown 65532:65532 /empty/work

FROM busybox:1.37 AS shell
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /empty /
COPY --from=build /chaski /usr/bin/chaski
USER 65532:65532
WORKDIR /work
ENV HOME=/work
EXPOSE 4222 8080
ENTRYPOINT ["/usr/bin/chaski"]

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /empty /
COPY --from=build /chaski /usr/bin/chaski
USER 65532:65532
WORKDIR /work
ENV HOME=/work
# 4222: the embedded NATS server; 8080: HTTP. Both listen where they are told to.
EXPOSE 4222 8080
ENTRYPOINT ["/usr/bin/chaski"]
