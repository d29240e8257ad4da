using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gateway.Core.Wire;

/// <summary>
/// The instruction GF2P8AFFINEQB with constant 0: each byte x becomes the byte whose bit i is the parity of (byte 7 − i of the matrix) AND x.
/// Behind an interface so that the loops around it are tested on machines that lack it.
/// </summary>
internal interface IAffineTransform
{
    /// <summary>Of 32 bytes.</summary>
    static abstract Vector256<byte> Transform(Vector256<byte> bytes, Vector256<byte> matrices);

    /// <summary>Of 64 bytes.</summary>
    static abstract Vector512<byte> Transform(Vector512<byte> bytes, Vector512<byte> matrices);
}

/// <summary>The instruction itself.</summary>
internal readonly struct GfniTransform : IAffineTransform
{
    public static Vector256<byte> Transform(Vector256<byte> bytes, Vector256<byte> matrices) => Gfni.V256.GaloisFieldAffineTransform(bytes, matrices, 0);

    public static Vector512<byte> Transform(Vector512<byte> bytes, Vector512<byte> matrices) => Gfni.V512.GaloisFieldAffineTransform(bytes, matrices, 0);
}
