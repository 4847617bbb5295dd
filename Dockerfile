# Each step is a plain command, so that scripts/image-steps.mjs can run the same steps without a container engine.

FROM node:24-bookworm-slim AS build
WORKDIR /app
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
# SQLite is compiled here, with full optimisation and the headers of this Node, instead of downloaded.
RUN JOBS=max npm_config_nodedir=/usr/local npm_config_build_from_source=true npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build
RUN npm prune --omit=dev
RUN cd node_modules/better-sqlite3 && mv build/Release/better_sqlite3.node . && rm -rf build deps src && mkdir -p build/Release && mv better_sqlite3.node build/Release/
RUN find dist node_modules -name '*.map' -delete

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Longwatch" \
      org.opencontainers.image.description="A scheduled uptime monitor that remembers." \
      org.opencontainers.image.licenses="MIT"
# For monitors of the type ping. The copy has no file capability: with one, a container without NET_RAW may not run it at all,
# while net.ipv4.ping_group_range lets it open its socket without.
RUN apt-get update && apt-get install -y --no-install-recommends iputils-ping && cp /usr/bin/ping /usr/local/bin/ping && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production \
    LONGWATCH_LISTEN=0.0.0.0:8080 \
    LONGWATCH_DB=/data/longwatch.db
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY migrations ./migrations
# The sample, in use until a file of yours is mounted over it.
COPY longwatch.yaml /etc/longwatch/longwatch.yaml
RUN chmod 755 dist/cli/longwatch.cjs && ln -s /app/dist/cli/longwatch.cjs /usr/local/bin/longwatch
RUN mkdir -p /data && chown node:node /data
# By number, because an orchestrator that wants a user other than root cannot look names up; 1000 is "node".
USER 1000:1000
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 CMD ["node", "/app/dist/cli/longwatch.cjs", "healthcheck"]
ENTRYPOINT ["node", "/app/dist/cli/longwatch.cjs"]
CMD ["serve"]
