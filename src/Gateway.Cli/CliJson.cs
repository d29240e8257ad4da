using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Cli.Contexts;

namespace Gateway.Cli;

/// <summary>JSON that the commands print. Non-ASCII and control characters are escaped, so a terminal shows what is there.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RefusalDocument))]
[JsonSerializable(typeof(ContextsDocument))]
internal sealed partial class CliJson : JsonSerializerContext;
