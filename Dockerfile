# One image for every process; the command says which (see docker-compose.yml).
FROM python:3.13-slim AS build
WORKDIR /kezhi
RUN python -m venv /opt/kezhi
# What changes rarely comes first: editing code does not install the packages again.
COPY requirements.txt ./
RUN /opt/kezhi/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . ./
RUN /opt/kezhi/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home kezhi && install -d -o kezhi /checkpoints /erasures
COPY --from=build /opt/kezhi /opt/kezhi
ENV PATH=/opt/kezhi/bin:$PATH PYTHONUNBUFFERED=1
USER kezhi
EXPOSE 8000
CMD ["kezhi", "serve"]
