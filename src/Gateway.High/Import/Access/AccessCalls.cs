using System.Globalization;
using System.Text;
using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Gateway.High.Import.Access;

/// <summary>How importers make keys for their programs, and take them back.</summary>
internal sealed class AccessCalls(HighCatalog catalog, AccessSecrets secrets, TimeProvider time) : AccessService.AccessServiceBase
{
    private const string Collection = "accessKeys/";
    private const string List = "access-keys";
    private const int DefaultPageSize = 50;
    private const int MaximumPageSize = 1_000;

    /// <summary>Most scopes of a key: they are looked at with every request.</summary>
    private const int MaximumScopes = 64;

    /// <summary>Days that a key lasts where nothing else is asked for: a quarter, after which somebody looks whether it is still wanted.</summary>
    private const int DefaultDays = 90;

    /// <summary>Most days that a key lasts: a year.</summary>
    private const int MaximumDays = 366;

    public override async Task<CreateAccessKeyResponse> CreateAccessKey(CreateAccessKeyRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Importer, Role.Admin);
        Objection(request).ThrowIfRefused();
        var now = time.GetUtcNow();
        var days = request.Days == 0 ? DefaultDays : request.Days;
        var key = new AccessKeyRecord
        {
            Id = AccessSecrets.NewId(),
            Owner = caller.Id,
            Label = request.Label,
            Scopes = [.. request.Scopes],
            Created = now,
            Expires = now.AddDays(days),
        };
        var body = Digest.Of(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"access-key\n{request.Label}\n{string.Join(' ', request.Scopes)}\n{days}")));
        var made = (await catalog.CreateAccessKeyAsync(key, (request.RequestId, body), context.CancellationToken)).OrRefuse();
        var secret = secrets.SecretOf(made.Id);
        return new CreateAccessKeyResponse { AccessKey = ToProto(made), Token = AccessGate.TokenOf(made.Id, secret), Secret = secret };
    }

    public override async Task<ListAccessKeysResponse> ListAccessKeys(ListAccessKeysRequest request, ServerCallContext context)
    {
        context.CallerWith(Role.Importer, Role.Auditor, Role.Admin);
        var size = PageSize.Of(request.PageSize, DefaultPageSize, MaximumPageSize).OrRefuse();
        var after = PageToken.Read(List, request.PageToken).OrRefuse();
        var keys = await catalog.ListAccessKeysAsync(after, size + 1, context.CancellationToken);
        var response = new ListAccessKeysResponse { AccessKeys = { keys.Take(size).Select(ToProto) } };
        if (keys.Count > size)
        {
            response.NextPageToken = PageToken.After(List, keys[size - 1].Id);
        }

        return response;
    }

    public override async Task<AccessKey> RevokeAccessKey(RevokeAccessKeyRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Importer, Role.Admin);
        var id = request.Name.StartsWith(Collection, StringComparison.Ordinal) ? request.Name[Collection.Length..] : "";
        if (!AccessSecrets.IsId(id))
        {
            throw new Refusal(RefusalCode.RequestInvalid, "name is not accessKeys/ID").ToRpcException();
        }

        var key = await catalog.FindAccessKeyAsync(id, context.CancellationToken) ?? throw new Refusal(RefusalCode.AccessKeyUnknown, id).ToRpcException();
        if (key.Owner != caller.Id && caller.Require(Role.Admin) is not null)
        {
            throw new Refusal(RefusalCode.NotYours, id).ToRpcException();
        }

        return ToProto((await catalog.RevokeAccessKeyAsync(id, caller.Id, context.CancellationToken)).OrRefuse());
    }

    private static Refusal? Objection(CreateAccessKeyRequest request) =>
        !ConsumerNames.IsValid(request.Label) ? new Refusal(RefusalCode.RequestInvalid, "label: give letters, digits and . _ - / @, at most 128")
        : request.Scopes.Count is 0 or > MaximumScopes ? new Refusal(RefusalCode.RequestInvalid, $"scopes: give 1 to {MaximumScopes}")
        : request.Scopes.FirstOrDefault(scope => !AccessScope.IsValid(scope)) is { } wrong
            ? new Refusal(RefusalCode.RequestInvalid, $"scope {wrong}: give org/name, org/* or */*")
        : request.Days is < 0 or > MaximumDays ? new Refusal(RefusalCode.RequestInvalid, $"days: give 1 to {MaximumDays}")
        : null;

    private static AccessKey ToProto(AccessKeyRecord key) => new()
    {
        Name = Collection + key.Id,
        Owner = key.Owner,
        Label = key.Label,
        Scopes = { key.Scopes },
        CreateTime = Timestamp.FromDateTimeOffset(key.Created),
        ExpireTime = Timestamp.FromDateTimeOffset(key.Expires),
        RevokeTime = key.Revoked is { } revoked ? Timestamp.FromDateTimeOffset(revoked) : null,
    };
}
