using Gateway.Core;
using Gateway.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Gateway.Hosting.Calls;

/// <summary>A refusal on its way out of a gRPC method. It carries google.rpc.Status with ErrorInfo (AIP-193).</summary>
public sealed class RefusedException : RpcException
{
    private RefusedException(Refusal refusal, RpcException status)
        : base(status.Status, status.Trailers, status.Status.Detail) => Refusal = refusal;

    public Refusal Refusal { get; }

    internal static RefusedException Of(Refusal refusal)
    {
        // Trailers share one HTTP/2 header block, which clients cap (16 KiB is common); a name from a file can be long.
        var detail = Shorten(refusal.Detail);
        var status = new Google.Rpc.Status
        {
            Code = (int)refusal.Status,
            Message = (refusal with { Detail = detail }).Sentence,
            Details =
            {
                Any.Pack(new ErrorInfo
                {
                    Reason = refusal.Name,
                    Domain = RefusalProtocol.Domain,
                    Metadata = { ["detail"] = detail, ["way_out"] = refusal.WayOut },
                }),
            },
        };
        return new RefusedException(refusal, status.ToRpcException());
    }

    private static string Shorten(string detail) =>
        detail.Length <= RefusalProtocol.MaximumDetailLength
            ? detail
            : string.Concat(detail.AsSpan(0, RefusalProtocol.MaximumDetailLength - 1), "…");
}

/// <summary>Refusals in the words of the protocol.</summary>
public static class RefusalProtocol
{
    /// <summary>Domain of every ErrorInfo of this product.</summary>
    public const string Domain = "gateway";

    /// <summary>Longest detail that leaves in a status, in characters: percent-encoded in the message, each can take nine bytes.</summary>
    public const int MaximumDetailLength = 256;

    /// <summary>The exception that ends a gRPC call with this refusal.</summary>
    public static RefusedException ToRpcException(this Refusal refusal) => RefusedException.Of(refusal);

    /// <summary>The refusal as resources show it.</summary>
    public static RefusalNotice ToProto(this Refusal refusal) => new()
    {
        Code = (Protocol.V1.RefusalCode)(int)refusal.Code,
        Detail = refusal.Detail,
        Sentence = refusal.Sentence,
    };

    /// <summary>The value, or the call ends with the refusal.</summary>
    public static T OrRefuse<T>(this Outcome<T> outcome)
        where T : notnull =>
        outcome.Succeeded(out var value, out var refusal) ? value : throw refusal.ToRpcException();

    /// <summary>Ends the call where there is a refusal.</summary>
    public static void ThrowIfRefused(this Refusal? refusal)
    {
        if (refusal is not null)
        {
            throw refusal.ToRpcException();
        }
    }
}
