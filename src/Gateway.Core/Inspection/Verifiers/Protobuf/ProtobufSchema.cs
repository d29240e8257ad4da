namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>A message: which fields it may have. Made when first asked for, because messages may hold one another.</summary>
internal sealed class ProtobufSchema
{
    private readonly Lazy<ProtobufField?[]> byNumber;
    private readonly Lazy<ulong> required;
    private readonly Lazy<ulong> oneOf;

    public ProtobufSchema(string name, Func<ProtobufField[]> fields)
    {
        Name = name;
        byNumber = new(() =>
        {
            var table = new ProtobufField?[64];
            foreach (var field in fields())
            {
                table[field.Number] = field with { Path = $"{name}.{field.Name}" };
            }

            return table;
        });
        required = new(() => Bits(f => f.IsRequired));
        oneOf = new(() => Bits(f => f.IsOneOf));
    }

    public string Name { get; }

    /// <summary>Fields that must be there.</summary>
    public ulong Required => required.Value;

    /// <summary>Fields of which only one may be there.</summary>
    public ulong OneOf => oneOf.Value;

    public ProtobufField? Find(ulong number) => number < 64 ? byNumber.Value[number] : null;

    public static ProtobufField Number(int number, string name, ProtobufKind kind) => new(number, name, kind);

    public static ProtobufField Numbers(int number, string name, ProtobufKind kind) => new(number, name, kind) { IsRepeated = true };

    /// <summary>Numbers that are only counted.</summary>
    public static ProtobufField Counted(int number, string name, ProtobufKind kind) => new(number, name, kind) { IsRepeated = true, IsCounted = true };

    public static ProtobufField Text(int number, string name, int maximumBytes = ProtobufLimits.NameBytes) =>
        new(number, name, ProtobufKind.String) { MaximumBytes = maximumBytes };

    public static ProtobufField Texts(int number, string name) => Text(number, name) with { IsRepeated = true };

    /// <summary>Bytes that are held to be looked at.</summary>
    public static ProtobufField Bytes(int number, string name, int maximumBytes) => new(number, name, ProtobufKind.Bytes) { MaximumBytes = maximumBytes };

    /// <summary>The message is null only to the compiler, which does not know that fields are made when every schema is.</summary>
    public static ProtobufField One(int number, string name, ProtobufSchema? message) =>
        new(number, name, ProtobufKind.Message) { Message = message ?? throw new ArgumentNullException(nameof(message)) };

    public static ProtobufField Many(int number, string name, ProtobufSchema? message) => One(number, name, message) with { IsRepeated = true };

    private ulong Bits(Func<ProtobufField, bool> which) =>
        byNumber.Value.OfType<ProtobufField>().Where(which).Aggregate(0UL, (bits, field) => bits | field.Bit);
}
