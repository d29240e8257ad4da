#!/usr/bin/env bash
# Builds everything and runs every test. Installs what the tests need where it may, says what is missing where it may not.
# Ends with a line "N passed, N failed, N skipped"; exits 1 if anything failed or nothing ran.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf '== %s\n' "$1"; }

command -v dotnet >/dev/null || { say "missing: the .NET SDK of global.json"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
command -v npm >/dev/null || { say "missing: npm, which brings the policy engine"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
(cd tests/lint && npm install --no-save --ignore-scripts --loglevel=error >/dev/null 2>&1) || say "buf could not be installed; the proto lint is skipped"

if ! { command -v ip && command -v nft && command -v ethtool; } >/dev/null; then
  { [ "$(id -u)" = 0 ] && apt-get update -qq && apt-get install -qqy iproute2 nftables ethtool; } >/dev/null 2>&1 \
    || say "missing: iproute2, nftables or ethtool; the lane is tested on loopback, and what only a diode shows is skipped"
fi

command -v clamd >/dev/null || {
  { [ "$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends clamav-daemon; } >/dev/null 2>&1 \
    || say "missing: clamd; second opinions are not tested with a real scanner"
}

/usr/bin/python3 -c 'import grpc, grpc_tools' 2>/dev/null || {
  { [ "$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends python3-grpcio python3-grpc-tools; } >/dev/null 2>&1 \
    || say "missing: Debian's python3-grpcio, python3-grpc-tools; the example in Python is not run"
}

# Files of the libraries that trainers use, and programs that others read media with.
/usr/bin/python3 -c 'import h5py, numpy, onnx, sentencepiece, torch' 2>/dev/null && { command -v cwebp && command -v flac && command -v cjpeg; } >/dev/null || {
  { [ "$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends \
    python3-h5py python3-numpy python3-onnx python3-sentencepiece python3-torch webp flac libjpeg-turbo-progs; } >/dev/null 2>&1 \
    || say "missing: some of Debian's python3-h5py, -numpy, -onnx, -sentencepiece, -torch, webp, flac, libjpeg-turbo-progs; tests with genuine files are skipped"
}

# Programs that read over the protocols which the high side speaks.
/usr/bin/python3 -c 'import boto3' 2>/dev/null && { command -v aws && command -v rclone && command -v s3cmd; } >/dev/null || {
  { [ "$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends python3-boto3 awscli rclone s3cmd; } >/dev/null 2>&1 \
    || say "missing: some of Debian's python3-boto3, awscli, rclone, s3cmd; reading with them is skipped"
}

say "build"
dotnet restore Gateway.sln --locked-mode || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
dotnet build Gateway.sln -c Release --no-restore -v minimal || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

passed=0 failed=0 skipped=0
for project in Gateway.Tests Gateway.SystemTests; do
  say "$project"
  log=$(mktemp)
  timeout 1200 "artifacts/bin/$project/release/$project" "$@" 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  count() { grep -aoE "$1: +[0-9]+" "$log" | tail -n 1 | grep -oE '[0-9]+$' || echo 0; }
  total=$(count '[Tt]otal') bad=$(count '[Ff]ailed') passed_over=$(count '[Ss]kipped')
  # A run that ended without its summary, or failed without a failed test, counts as one failure.
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; total=$((total + 1)); fi
  passed=$((passed + total - bad - passed_over)) failed=$((failed + bad)) skipped=$((skipped + passed_over))
  rm -f "$log"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
