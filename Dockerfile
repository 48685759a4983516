# Pollux on workerd, with its objects and KV in /data. README.md, "Docker".
FROM node:24-slim

# Google is called over TLS, and the slim image knows no authorities.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci && npm cache clean --force
COPY wrangler.toml tsconfig.json ./
COPY scripts scripts
COPY src src
COPY page page
COPY public public

# Built once, and served by workerd itself: wrangler is not run in the container.
RUN npm run build && mkdir -p /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8787/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "scripts/serve.ts", "--host=0.0.0.0", "--port=8787", "--state=/data"]
