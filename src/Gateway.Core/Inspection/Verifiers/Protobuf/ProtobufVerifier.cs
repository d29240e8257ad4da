namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>A file that is one protobuf message. There is no magic in it; writers put fields in the order of their numbers, so it begins with the first that it must have.</summary>
/// <param name="schema">The message.</param>
/// <param name="firstByte">The tag of its first field.</param>
/// <param name="name">What it is called in messages, with its article.</param>
/// <param name="fileBytes">Size of the file.</param>
/// <param name="visitor">Is told of its fields.</param>
internal abstract class ProtobufVerifier(ProtobufSchema schema, byte firstByte, string name, long fileBytes, ProtobufVisitor visitor) : Verifier
{
    private ProtobufWalk? walk;

    protected override void Release() => walk?.Dispose();

    protected override void Read(ReadOnlySpan<byte> block)
    {
        if (Offset == 0 && block[0] != firstByte)
        {
            Refuse(RefusalCode.FormatMismatch, 0, $"it does not begin as {name} does");
        }
        else if (fileBytes > ProtobufLimits.MessageBytes)
        {
            Refuse(RefusalCode.LimitExceeded, 0, $"{name} of 2 GiB or more, which readers refuse");
        }
        else
        {
            walk ??= new ProtobufWalk(schema, fileBytes, visitor);
            Refuse(walk.Append(block));
        }
    }

    protected override void End()
    {
        if (walk is null)
        {
            Refuse(RefusalCode.FormatMalformed, 0, "it is empty");
        }
        else
        {
            Refuse(walk.Complete());
        }
    }
}
