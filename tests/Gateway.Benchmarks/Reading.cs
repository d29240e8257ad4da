using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Gateway.Benchmarks;

/// <summary>
/// What readers over HTTP get, beside nginx serving the same published files of the same disk with the same certificate to the same client (curl), in the same
/// run and in turn. Everything is warm: this compares servers, not disks.
/// </summary>
internal static class Reading
{
    /// <summary>Turns of each; the best counts, as all else on the machine only takes away.</summary>
    private const int Turns = 5;

    private const int Many = 32;

    public static async Task RunAsync(int mebibytes)
    {
        var directory = Directory.CreateTempSubdirectory("gateway-benchmark-").FullName;
        try
        {
            var source = Directory.CreateDirectory(Path.Combine(directory, "source")).FullName;
            Sample.WriteSafetensors(Path.Combine(source, "large.safetensors"), (long)mebibytes << 20);
            Sample.WriteSafetensors(Path.Combine(source, "part.safetensors"), ((long)mebibytes << 20) / Many);
            using var site = await DevelopmentSite.StartAsync(Path.Combine(directory, "site"));
            site.Gateway("engineer", "submit", source, "--name", "bench/model", "--version", "1", "--kind", "checkpoint", "--to", site.Enclave, "--reason", "benchmark", "--licence", "Apache-2.0");
            var id = await site.ReviewableAsync();
            site.Approve("approver-1", id);
            site.Approve("approver-2", id);
            await site.PublishedAsync("bench/model");
            var made = JsonDocument.Parse(site.Gateway("importer", "imports", "key", "create", "--label", "bench", "--scope", "bench/*", "--json").Output).RootElement;
            using var nginx = Nginx.Start(directory, site);
            string[] hub = ["--header", $"Authorization: Bearer {made.GetProperty("token").GetString()}"];
            string Presigned(string file) => Measured.Run(
                "/usr/bin/python3",
                "-c",
                "import boto3, sys; from botocore.config import Config; c = boto3.client('s3', endpoint_url=sys.argv[1], region_name='enclave', aws_access_key_id=sys.argv[2], "
                + "aws_secret_access_key=sys.argv[3], config=Config(signature_version='s3v4', s3={'addressing_style': 'path'})); "
                + "print(c.generate_presigned_url('get_object', Params={'Bucket': 'checkpoints', 'Key': 'bench/model/1/' + sys.argv[4]}))",
                site.S3, made.GetProperty("key").GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!, file).Output.Trim();
            Console.WriteLine($"{mebibytes} MiB over TLS on the loopback, HTTP/1.1, curl; {Environment.ProcessorCount} cores; best of {Turns}");
            Console.WriteLine($"{"",-44}{"MB/s",9}{"nginx",9}{"ratio",8}");
            Row("hub: one file, one connection", mebibytes, site, hub, 1, $"{site.Hub}/bench/model/resolve/main/large.safetensors", $"{nginx.Address}/large.safetensors");
            Row("S3: one file, one connection", mebibytes, site, [], 1, Presigned("large.safetensors"), $"{nginx.Address}/large.safetensors");
            Row($"hub: {Many} files, {Many} connections", mebibytes, site, hub, Many, $"{site.Hub}/bench/model/resolve/main/part.safetensors", $"{nginx.Address}/part.safetensors");
            Row($"S3: {Many} files, {Many} connections", mebibytes, site, [], Many, Presigned("part.safetensors"), $"{nginx.Address}/part.safetensors");
            Console.WriteLine($"gateway-high: peak {site.High().PeakBytes >> 20} MiB");
        }
        finally
        {
            DevelopmentSite.Delete(directory);
        }
    }

    private static void Row(string name, int mebibytes, DevelopmentSite site, string[] authorization, int connections, string ours, string theirs)
    {
        var (best, other) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var turn = 0; turn < Turns; turn++)
        {
            other = Min(other, Get(site, authorization, connections, theirs));
            best = Min(best, Get(site, authorization, connections, ours));
        }

        var bytes = mebibytes * 1.048576;
        Console.WriteLine($"{name,-44}{bytes / best.TotalSeconds,9:0}{bytes / other.TotalSeconds,9:0}{other / best,8:0.00}");
    }

    private static TimeSpan Get(DevelopmentSite site, string[] authorization, int connections, string address)
    {
        string[] arguments = ["--silent", "--fail", "--http1.1", "--cacert", site["ca.pem"], .. authorization, "--parallel", "--parallel-immediate", "--parallel-max", $"{connections}"];
        return Measured.Run("curl", [.. arguments, .. Enumerable.Range(0, connections).SelectMany(_ => new[] { "--output", "/dev/null", address })]).Wall;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>nginx with as many workers as there are cores, kernel's sendfile where TLS lets it, and the directory of the published version as its root.</summary>
    private sealed class Nginx(string configuration, int port) : IDisposable
    {
        public string Address => $"https://127.0.0.1:{port}";

        public static Nginx Start(string directory, DevelopmentSite site)
        {
            var home = Directory.CreateDirectory(Path.Combine(directory, "nginx")).FullName;
            var port = FreePort();
            var configuration = Path.Combine(home, "nginx.conf");
            File.WriteAllText(configuration, $$"""
                pid {{home}}/pid; error_log {{home}}/error.log; worker_processes auto;
                events { worker_connections 1024; }
                http {
                    access_log off; sendfile on; client_body_temp_path {{home}}; proxy_temp_path {{home}}; fastcgi_temp_path {{home}}; uwsgi_temp_path {{home}}; scgi_temp_path {{home}};
                    server {
                        listen 127.0.0.1:{{port}} ssl; ssl_certificate {{site["high.crt.pem"]}}; ssl_certificate_key {{site["high.key.pem"]}}; ssl_protocols TLSv1.3;
                        root {{site["high/published/checkpoints/bench/model/1"]}};
                    }
                }
                user root;
                """);
            // It goes to the background when it listens.
            Measured.Run("nginx", "-p", home, "-c", configuration);
            return new Nginx(configuration, port);
        }

        public void Dispose() => Measured.Run("nginx", "-c", configuration, "-s", "stop");

        private static int FreePort()
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
    }
}
