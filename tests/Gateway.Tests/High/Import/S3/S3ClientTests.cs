using System.Globalization;
using Gateway.High.Import.Web;
using Gateway.Protocol.High.V1;
using Xunit;

namespace Gateway.Tests.High.Import.S3;

/// <summary>Programs that people have, unchanged, against the end point.</summary>
public sealed class S3ClientTests : IAsyncLifetime
{
    /// <summary>Paths that every client has to escape, and sign, in its own way.</summary>
    private static readonly (string Path, string Text)[] Files =
    [
        ("README.md", "# Sums\n"),
        ("data/a b+c & é='()!~.txt", "odd\n"),
        ("data/large.txt", string.Concat(Enumerable.Range(0, 30_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i:d6}\n")))),
        ("data/train.jsonl", "{\"a\":1}\n"),
    ];

    private readonly TemporaryDirectory home = new();
    private ReaderBench bench = null!;
    private CreateAccessKeyResponse key = null!;

    public static TheoryData<string> Pythons => [.. new[] { "/usr/bin/python3", "python3" }];

    public static TheoryData<string> CommandLines => [.. new[] { "/usr/bin/aws", "aws" }];

    private string KeyId => key.AccessKey.Name["accessKeys/".Length..];

    public async ValueTask InitializeAsync()
    {
        bench = await ReaderBench.StartAsync(ReaderProtocols.S3);
        key = await bench.MakeKeyAsync("lab/*");
        var import = await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Files = Files }));
        Assert.True(import.Refusal is null, $"{import.Refusal}");
    }

    public async ValueTask DisposeAsync()
    {
        await bench.DisposeAsync();
        home.Dispose();
    }

    [Theory]
    [MemberData(nameof(Pythons))]
    public async Task Boto3_lists_reads_and_downloads_in_ranges(string python)
    {
        var output = await Boto3Async(
            python,
            """
            pages = s3.get_paginator('list_objects_v2').paginate(Bucket='datasets', Prefix='lab/sums/1/', PaginationConfig={'PageSize': 1})
            keys = [o['Key'] for page in pages for o in page.get('Contents', [])]
            assert keys == sorted(keys, key=lambda k: k.encode()) and len(keys) == 4, keys
            old = [o['Key'] for page in s3.get_paginator('list_objects').paginate(Bucket='datasets', Prefix='lab/sums/1/', PaginationConfig={'PageSize': 3}) for o in page['Contents']]
            assert old == keys, old
            assert [p['Prefix'] for p in s3.list_objects_v2(Bucket='datasets', Delimiter='/')['CommonPrefixes']] == ['lab/']
            assert [b['Name'] for b in s3.list_buckets()['Buckets']] == ['checkpoints', 'datasets']
            assert s3.get_bucket_location(Bucket='datasets')['LocationConstraint'] is None
            s3.head_bucket(Bucket='datasets')
            for k in keys:
                head = s3.head_object(Bucket='datasets', Key=k, ChecksumMode='ENABLED')
                body = s3.get_object(Bucket='datasets', Key=k, ChecksumMode='ENABLED')['Body'].read()
                assert len(body) == head['ContentLength']
                assert base64.b64encode(hashlib.sha256(body).digest()).decode() == head['ChecksumSHA256']
                assert s3.get_object(Bucket='datasets', Key=k, Range='bytes=2-4', IfMatch=head['ETag'])['Body'].read() == body[2:5]
            config = boto3.s3.transfer.TransferConfig(multipart_threshold=65536, multipart_chunksize=65536)
            s3.download_file('datasets', 'lab/sums/current/data/large.txt', 'large.txt', Config=config)
            assert hashlib.sha256(open('large.txt', 'rb').read()).digest() == hashlib.sha256(s3.get_object(Bucket='datasets', Key=keys[2])['Body'].read()).digest()
            for call in (lambda: s3.get_object(Bucket='datasets', Key='lab/sums/1/none'), lambda: s3.put_object(Bucket='datasets', Key='lab/sums/1/new', Body=b'x'),
                         lambda: s3.get_object(Bucket='datasets', Key='other/sums/1/README.md'), lambda: s3.list_objects_v2(Bucket='none'),
                         lambda: s3.delete_object(Bucket='datasets', Key=keys[0]), lambda: s3.get_object(Bucket='datasets', Key=keys[0], Range='bytes=99999-')):
                try:
                    call()
                    assert False, 'not refused'
                except botocore.exceptions.ClientError as e:
                    print(e.response['Error']['Code'])
            """);
        Assert.Equal(["NoSuchKey", "MethodNotAllowed", "AccessDenied", "NoSuchBucket", "MethodNotAllowed", "InvalidRange"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [MemberData(nameof(Pythons))]
    public async Task Boto3_notices_bytes_that_changed_on_the_disk(string python)
    {
        var file = Path.Combine(bench.High.Root, "published", "datasets", "lab", "sums", "1", "data", "train.jsonl");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(file, "{\"a\":2}\n", TestContext.Current.CancellationToken);
        var output = await Boto3Async(
            python,
            """
            try:
                s3.get_object(Bucket='datasets', Key='lab/sums/1/data/train.jsonl', ChecksumMode='ENABLED')['Body'].read()
            except botocore.exceptions.FlexibleChecksumError:
                print('noticed')
            """);
        Assert.Equal("noticed\n", output);
    }

    [Theory]
    [MemberData(nameof(Pythons))]
    public async Task Address_that_boto3_presigned_is_fetched_without_a_key(string python)
    {
        var output = await Boto3Async(
            python,
            """
            for k in ('lab/sums/1/README.md', "lab/sums/1/data/a b+c & é='()!~.txt"):
                print(s3.generate_presigned_url('get_object', Params={'Bucket': 'datasets', 'Key': k}, ExpiresIn=60))
            """);
        using var sender = new S3Sender(bench, key);
        var addresses = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var (address, text) in addresses.Zip([Files[0].Text, Files[1].Text]))
        {
            using var answer = await sender.SendPlainAsync(HttpMethod.Get, address[bench.Address.Length..]);
            Assert.Equal(text, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(2, addresses.Length);
    }

    [Theory]
    [MemberData(nameof(CommandLines))]
    public async Task Aws_syncs_once(string aws)
    {
        home.Write("config", "[default]\ns3 =\n    multipart_threshold = 64KB\n    multipart_chunksize = 64KB\n    addressing_style = path\n");
        var list = await RunAsync(aws, "s3", "ls", "--recursive", "s3://datasets/lab/sums/1/");
        Assert.Contains("README.md", list, StringComparison.Ordinal);
        await RunAsync(aws, "s3", "sync", "s3://datasets/lab/sums/1/", "copy");
        AssertCopied("copy");
        Assert.Equal("", await RunAsync(aws, "s3", "sync", "s3://datasets/lab/sums/1/", "copy"));
        await RunAsync(aws, "s3", "cp", "s3://datasets/lab/sums/current/README.md", "one.md");
        Assert.Equal(Files[0].Text, await File.ReadAllTextAsync(home["one.md"], TestContext.Current.CancellationToken));

        async Task<string> RunAsync(string program, params string[] arguments) =>
            await ClientAsync("awscli", program, [.. arguments, "--endpoint-url", bench.Address, .. arguments[1] == "ls" ? [] : new[] { "--no-progress" }]);
    }

    [Fact]
    public async Task Rclone_syncs_once()
    {
        Assert.Equal("lab/\n", (await RcloneAsync("lsf", "gw:datasets")));
        await RcloneAsync("sync", "gw:datasets/lab/sums/1", "copy");
        AssertCopied("copy");
        Assert.Contains("There was nothing to transfer", await RcloneAsync("sync", "-v", "gw:datasets/lab/sums/1", "copy"), StringComparison.Ordinal);
        Assert.Equal(Files[0].Text, await RcloneAsync("cat", "gw:datasets/lab/sums/current/README.md"));

        Task<string> RcloneAsync(params string[] arguments) => ClientAsync("rclone", "rclone", ["--ca-cert", bench.AuthorityFile, "--retries", "1", .. arguments]);
    }

    [Fact]
    public async Task S3cmd_syncs_once_and_does_not_complain()
    {
        var host = new Uri(bench.Address).Authority;
        home.Write("s3cfg", $"[default]\naccess_key = {KeyId}\nsecret_key = {key.Secret}\nhost_base = {host}\nhost_bucket = {host}\nuse_https = True\nca_certs_file = {bench.AuthorityFile}\n");
        Assert.Contains("s3://datasets", await S3cmdAsync("ls"), StringComparison.Ordinal);
        Assert.Contains("s3://datasets/lab/sums/1/README.md", await S3cmdAsync("ls", "s3://datasets/lab/sums/1/"), StringComparison.Ordinal);
        var first = await S3cmdAsync("sync", "s3://datasets/lab/sums/1/", "copy/");
        AssertCopied("copy");
        Assert.DoesNotContain("WARNING", first, StringComparison.Ordinal);
        Assert.DoesNotContain("download:", await S3cmdAsync("sync", "s3://datasets/lab/sums/1/", "copy/"), StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", await S3cmdAsync("get", "s3://datasets/lab/sums/1/README.md", "one.md"), StringComparison.Ordinal);

        Task<string> S3cmdAsync(params string[] arguments) => ClientAsync("s3cmd", "s3cmd", ["-c", home["s3cfg"], "--no-progress", .. arguments]);
    }

    private void AssertCopied(string directory)
    {
        foreach (var (path, text) in Files)
        {
            Assert.Equal(text, File.ReadAllText(Path.Combine(home[directory], path)));
        }
    }

    private async Task<string> Boto3Async(string python, string script)
    {
        var probe = await ClientProgram.RunAsync(home.Path, new Dictionary<string, string>(), python, "-c", "import boto3");
        Assert.SkipUnless(probe?.Code == 0, $"no boto3 in {python} (tests/run.sh installs python3-boto3)");
        const string Head =
            """
            import base64, hashlib, os, boto3, botocore
            from botocore.config import Config
            s3 = boto3.client('s3', endpoint_url=os.environ['ENDPOINT'], config=Config(signature_version='s3v4', retries={'total_max_attempts': 1}))

            """;
        return await ClientAsync("python3-boto3", python, ["-c", Head + script]);
    }

    /// <summary>What a client wrote, which has to end well.</summary>
    private async Task<string> ClientAsync(string package, string program, string[] arguments)
    {
        var environment = new Dictionary<string, string>
        {
            ["LC_ALL"] = "C.UTF-8",
            ["ENDPOINT"] = bench.Address,
            ["AWS_ACCESS_KEY_ID"] = KeyId,
            ["AWS_SECRET_ACCESS_KEY"] = key.Secret,
            ["AWS_DEFAULT_REGION"] = "eu-central-1",
            ["AWS_CA_BUNDLE"] = bench.AuthorityFile,
            ["AWS_CONFIG_FILE"] = home["config"],
            ["AWS_SHARED_CREDENTIALS_FILE"] = home["credentials"],
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["RCLONE_CONFIG"] = home["rclone.conf"],
            ["RCLONE_CONFIG_GW_TYPE"] = "s3",
            ["RCLONE_CONFIG_GW_PROVIDER"] = "Other",
            ["RCLONE_CONFIG_GW_ENDPOINT"] = bench.Address,
            ["RCLONE_CONFIG_GW_ACCESS_KEY_ID"] = KeyId,
            ["RCLONE_CONFIG_GW_SECRET_ACCESS_KEY"] = key.Secret,
        };
        if (program == "rclone")
        {
            // It takes the authority as an argument, and fails where the variable names one.
            environment["AWS_CA_BUNDLE"] = "";
        }

        home.Write("rclone.conf", "");
        var ended = await ClientProgram.RunAsync(home.Path, environment, program, arguments);
        Assert.SkipUnless(ended is not null, $"no {program} here (tests/run.sh installs {package})");
        Assert.True(ended!.Value.Code == 0, $"{program} {string.Join(' ', arguments)}: {ended.Value.Output}");
        return ended.Value.Output;
    }
}
