using Gateway.Core.Inspection.Floats;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>A tensor and where its bytes lie, from where the first one's begin.</summary>
/// <param name="Begin">Its first byte.</param>
/// <param name="End">Behind its last byte.</param>
/// <param name="Floats">How its numbers show that they are not finite; null where all are, or where that is not looked at.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as the format calls it.</param>
/// <param name="Shape">Its dimensions, in the file's order.</param>
internal readonly record struct TensorRange(long Begin, long End, FloatLayout? Floats, string Name, string Type, long[] Shape);
