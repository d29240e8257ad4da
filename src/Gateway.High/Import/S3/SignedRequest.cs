using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.High.Import.S3;

/// <summary>What a request says of its own signature, in a header or, presigned, in its query.</summary>
/// <param name="KeyId">The access key that is to have signed.</param>
/// <param name="Region">Where the client thinks to be: every region is this one.</param>
/// <param name="Scope"><c>date/region/service/aws4_request</c>.</param>
/// <param name="Time">When it was signed, as written.</param>
/// <param name="Instant">The same as a time.</param>
/// <param name="SignedHeaders">Names of headers, as written.</param>
/// <param name="Signature">The signature, hex.</param>
/// <param name="PayloadHash">What is said of the body.</param>
/// <param name="Lifetime">How long a presigned address lasts; null for a signature in a header.</param>
internal sealed record SignedRequest(
    string KeyId, string Region, string Scope, string Time, DateTimeOffset Instant, string SignedHeaders, string Signature, string PayloadHash, TimeSpan? Lifetime)
{
    public const string SignatureParameter = "X-Amz-Signature";

    private const string AlgorithmParameter = "X-Amz-Algorithm";
    private const string CredentialParameter = "X-Amz-Credential";
    private const string DateParameter = "X-Amz-Date";
    private const string ExpiresParameter = "X-Amz-Expires";
    private const string SignedHeadersParameter = "X-Amz-SignedHeaders";
    private const string ContentParameter = "X-Amz-Content-Sha256";
    private const string AmazonPrefix = "x-amz-";
    private const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    /// <summary>SHA-256 of nothing, which is the body of every request that is answered.</summary>
    private const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>Longest life of a presigned address, in seconds: seven days, as AWS has it.</summary>
    private const int MaximumExpires = 604_800;

    /// <summary>How far a client's clock may be off, as AWS has it.</summary>
    private static readonly TimeSpan MaximumSkew = TimeSpan.FromMinutes(15);

    /// <summary>Reads what the request says, and whether that can be at all. Nothing of it is proven yet.</summary>
    public static bool TryRead(HttpRequest request, S3Query query, [NotNullWhen(true)] out SignedRequest? signed, [NotNullWhen(false)] out S3Error? error)
    {
        var authorization = request.Headers.Authorization.ToString();
        var isPresigned = query.Names.Any(name => name is AlgorithmParameter or CredentialParameter or SignatureParameter);
        signed = null;
        error = (authorization.Length > 0, isPresigned) switch
        {
            (true, true) => S3Error.InvalidArgument("Sign in the query or in the Authorization header, not in both."),
            (false, false) when query.Has("AWSAccessKeyId") => S3Error.InvalidRequest("Signature Version 2 is not answered; presign with Signature Version 4 (signature_version s3v4)."),
            (false, false) => S3Error.AccessDenied("The request is not signed."),
            _ when request.Headers.ContainsKey("x-amz-security-token") || query.Has("X-Amz-Security-Token") =>
                new(StatusCodes.Status400BadRequest, "InvalidToken", "Keys of this gateway have no session token."),
            (true, _) => ReadHeader(request, authorization, out signed),
            _ => ReadQuery(request, query, out signed),
        };
        return error is null && signed is not null;
    }

    /// <summary>What is wrong with it under a secret and at a time; null where it is proven.</summary>
    public S3Error? Check(HttpRequest request, S3Request target, string secret, DateTimeOffset now)
    {
        if (Lifetime is { } lifetime)
        {
            // Expiry is told before a signature that may be wrong: it is the common case, and in plain sight.
            if (now - Instant > lifetime)
            {
                return S3Error.AccessDenied("The request has expired.");
            }

            if (Instant - now > MaximumSkew)
            {
                return S3Error.AccessDenied("The request is not valid yet.");
            }
        }
        else if ((now - Instant).Duration() > MaximumSkew)
        {
            return new(StatusCodes.Status403Forbidden, "RequestTimeTooSkewed", $"The clock of the client is off by more than 15 minutes; here it is {now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}.");
        }

        var names = SignedHeaders.Split(';');
        if (!names.Contains("host") || request.Headers.Keys.Any(name => IsUnsigned(name, names)))
        {
            return S3Error.AccessDenied("The headers host and x-amz-… have to be among those that are signed.");
        }

        var canonical = SignatureV4.CanonicalRequest(
            request.Method, target.Path, target.Query.Canonical(), names.Select(name => (name, string.Join(',', request.Headers[name].ToArray()))), SignedHeaders, PayloadHash);
        var expected = SignatureV4.Sign(secret, Scope, SignatureV4.StringToSign(Time, Scope, canonical));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(Signature))
            ? null
            : new(StatusCodes.Status403Forbidden, "SignatureDoesNotMatch", "The signature is not that of this request under the key's secret.");
    }

    private static bool IsUnsigned(string name, string[] signed) =>
        name.StartsWith(AmazonPrefix, StringComparison.OrdinalIgnoreCase) && !signed.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static S3Error? ReadHeader(HttpRequest request, string authorization, out SignedRequest? signed)
    {
        signed = null;
        var space = authorization.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || authorization[..space] != SignatureV4.Algorithm)
        {
            return S3Error.InvalidRequest($"Only {SignatureV4.Algorithm} is answered.");
        }

        var fields = new Dictionary<string, string>();
        foreach (var part in authorization[(space + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !fields.TryAdd(part[..equals], part[(equals + 1)..]))
            {
                return Malformed("The header is not Credential=…, SignedHeaders=…, Signature=….");
            }
        }

        if (!fields.TryGetValue("Credential", out var credential) || !fields.TryGetValue("SignedHeaders", out var headers)
            || !fields.TryGetValue("Signature", out var signature) || fields.Count != 3)
        {
            return Malformed("The header is not Credential=…, SignedHeaders=…, Signature=….");
        }

        if (request.Headers["x-amz-content-sha256"].ToString() is not { Length: > 0 } payload)
        {
            return S3Error.InvalidRequest("Missing required header for this request: x-amz-content-sha256.");
        }

        return request.Headers["x-amz-date"].ToString() is { Length: > 0 } time
            ? Read(credential, time, headers, signature, payload, null, Malformed, out signed)
            : S3Error.AccessDenied("AWS authentication requires a valid x-amz-date header.");

        static S3Error Malformed(string message) => new(StatusCodes.Status400BadRequest, "AuthorizationHeaderMalformed", message);
    }

    private static S3Error? ReadQuery(HttpRequest request, S3Query query, out SignedRequest? signed)
    {
        signed = null;
        string[] names = [AlgorithmParameter, CredentialParameter, DateParameter, ExpiresParameter, SignedHeadersParameter, SignatureParameter];
        if (names.Any(name => query.Names.Count(other => other == name) != 1))
        {
            return Malformed($"Give each of {string.Join(", ", names)} once.");
        }

        if (query.Find(AlgorithmParameter) != SignatureV4.Algorithm)
        {
            return Malformed($"{AlgorithmParameter} is not {SignatureV4.Algorithm}.");
        }

        if (!int.TryParse(query.Find(ExpiresParameter), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > MaximumExpires)
        {
            return Malformed($"{ExpiresParameter} is not between 1 and {MaximumExpires} seconds.");
        }

        var payload = query.Find(ContentParameter) ?? (request.Headers[ContentParameter].ToString() is { Length: > 0 } header ? header : UnsignedPayload);
        return Read(
            query.Find(CredentialParameter)!, query.Find(DateParameter)!, query.Find(SignedHeadersParameter)!, query.Find(SignatureParameter)!, payload,
            TimeSpan.FromSeconds(seconds), Malformed, out signed);

        static S3Error Malformed(string message) => new(StatusCodes.Status400BadRequest, "AuthorizationQueryParametersError", message);
    }

    private static S3Error? Read(
        string credential, string time, string signedHeaders, string signature, string payload, TimeSpan? lifetime, Func<string, S3Error> malformed, out SignedRequest? signed)
    {
        signed = null;
        if (credential.Split('/') is not [var id, var date, { Length: > 0 } region, "s3", SignatureV4.Terminator])
        {
            return malformed("The credential is not KEY/DATE/REGION/s3/aws4_request.");
        }

        if (!DateTimeOffset.TryParseExact(time, SignatureV4.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
        {
            return malformed("The time is not of the form YYYYMMDDTHHMMSSZ.");
        }

        if (date != time[..8])
        {
            return malformed("The date of the credential is not that of the request.");
        }

        if (payload is not (UnsignedPayload or EmptyPayload))
        {
            return payload.StartsWith("STREAMING-", StringComparison.Ordinal)
                ? S3Error.Unsupported("A body in signed chunks")
                : new(StatusCodes.Status400BadRequest, "XAmzContentSHA256Mismatch", "x-amz-content-sha256 is neither UNSIGNED-PAYLOAD nor the digest of nothing; requests have no body here.");
        }

        signed = new SignedRequest(id, region, credential[(id.Length + 1)..], time, instant, signedHeaders, signature, payload, lifetime);
        return null;
    }
}
