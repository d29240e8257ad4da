namespace Gateway.Inspector.Decoding;

/// <summary>Content that decodes to more than a limit.</summary>
internal sealed class DecodingExcessException(string message) : Exception(message);
