namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>The footer of a file (File.fbs): what readers that jump go by must be what readers that stream have seen.</summary>
internal static class ArrowFooter
{
    /// <summary>Bytes of a block: an offset, a 32-bit length, 4 of padding, a length.</summary>
    private const int BlockBytes = 24;

    public static Finding? Read(byte[] footer, int length, long offset, ArrowMessages messages)
    {
        var buffer = new FlatBuffer(footer, length, offset);
        var root = buffer.Root(5);
        if (!root.Exists)
        {
            return buffer.Refusal;
        }

        if (root.Int16(0) != messages.Version)
        {
            buffer.Refuse(root.Position, "the footer's version is not that of the messages");
        }

        using var reader = new ArrowSchemaReader(buffer, isV4: false);
        if (reader.Read(root.Table(1, ArrowSchemaReader.SchemaFields)) is { } schema && schema.Digest != messages.Schema!.Digest)
        {
            buffer.Refuse(root.Position, "the footer's schema is not that of the first message");
        }

        Compare(buffer, root.Vector(2, BlockBytes, 8), messages.Dictionaries, "dictionaries");
        Compare(buffer, root.Vector(3, BlockBytes, 8), messages.Batches, "batches");
        ArrowMetadata.Read(buffer, root.Vector(4, FlatBuffer.OffsetBytes, FlatBuffer.OffsetBytes), hash: null);
        return buffer.Complete();
    }

    private static void Compare(FlatBuffer buffer, FlatVector blocks, List<ArrowBlock> seen, string what)
    {
        var isSame = blocks.Count == seen.Count;
        for (var i = 0; i < blocks.Count && isSame; i++)
        {
            var at = i * BlockBytes;
            isSame = seen[i] == new ArrowBlock(blocks.Int64(at), blocks.Int32(at + 8), blocks.Int64(at + 16)) && blocks.Int32(at + 12) == 0;
        }

        if (!isSame)
        {
            buffer.Refuse(blocks.Position, $"the footer does not list the {what} that the file has, in their order");
        }
    }
}
