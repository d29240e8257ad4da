namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>Why a field is refused; the walk adds where it stands.</summary>
internal sealed record ProtobufFault(RefusalCode Code, string Message)
{
    public static ProtobufFault Malformed(string message) => new(RefusalCode.FormatMalformed, message);

    public static ProtobufFault TooMuch(string message) => new(RefusalCode.LimitExceeded, message);
}
