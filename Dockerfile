# The image runs `weir serve`; Redis and PostgreSQL are yours: see docker-compose.yml.

FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /build
COPY pom.xml ./
COPY src/main src/main
RUN --mount=type=cache,target=/var/cache/maven \
    mvn -q -B -Dmaven.repo.local=/var/cache/maven -Dmaven.test.skip=true package

FROM eclipse-temurin:25-jre
RUN useradd --system --uid 10001 --home-dir /opt/weir --shell /usr/sbin/nologin weir
WORKDIR /opt/weir
COPY weir ./
COPY conf conf
COPY --from=build /build/target/lib target/lib
COPY --from=build /build/target/weir.jar target/weir.jar
USER weir
# A container's own interface is the only one that it can be reached on. There it starts with write keys in conf/weir.conf
# (docs/access.md), or with WEIR_ACCESS_OPEN=true
ENV WEIR_HTTP_HOST=0.0.0.0 WEIR_HTTP_PORT=8085
EXPOSE 8085
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$WEIR_HTTP_PORT && printf 'GET /health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["/opt/weir/weir"]
CMD ["serve"]
