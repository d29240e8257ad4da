namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>Limits of every protobuf message.</summary>
internal static class ProtobufLimits
{
    /// <summary>Deepest nesting of messages: readers in C++ and Java stop at 100.</summary>
    public const int Depth = 64;

    /// <summary>Longest message, in bytes: what the readers of protobuf themselves take.</summary>
    public const long MessageBytes = int.MaxValue;

    /// <summary>Longest name, in bytes of UTF-8; real ones stay under 300.</summary>
    public const int NameBytes = 4096;

    /// <summary>Longest text or value that is held to be looked at, in bytes.</summary>
    public const int TextBytes = 16 * 1024 * 1024;

    /// <summary>Most names that must differ within a file, because 16 bytes of each are kept.</summary>
    public const int Names = 1_000_000;
}
