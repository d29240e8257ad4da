namespace Gateway.Tests.Core.Inspection;

/// <summary>The plainest reader of the protobuf wire format there is: a message in memory, its fields in a list. Throws on what is none.</summary>
internal static class PlainProtobuf
{
    public static List<(int Number, ulong Value, byte[] Bytes)> Fields(byte[] message)
    {
        var fields = new List<(int, ulong, byte[])>();
        var at = 0;
        while (at < message.Length)
        {
            var tag = Varint(message, ref at);
            var number = checked((int)(tag >> 3));
            switch (tag & 7)
            {
                case 0:
                    fields.Add((number, Varint(message, ref at), []));
                    break;
                case 1 or 5:
                    var width = (tag & 7) == 1 ? 8 : 4;
                    fields.Add((number, 0, message[at..(at + width)]));
                    at += width;
                    break;
                case 2:
                    var length = checked((int)Varint(message, ref at));
                    fields.Add((number, 0, message[at..checked(at + length)]));
                    at += length;
                    break;
                default:
                    throw new FormatException("a group");
            }
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var b = message[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }
    }
}
