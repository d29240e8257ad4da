namespace Gateway.Core.Wire;

/// <summary>Ways to compute the same sums over GF(2^8).</summary>
internal enum GaloisWidth
{
    /// <summary>One byte at a time, by table.</summary>
    Scalar,

    /// <summary>16 bytes at a time: SSSE3 or NEON.</summary>
    Vector128,

    /// <summary>32 bytes at a time: AVX2.</summary>
    Vector256,

    /// <summary>32 bytes at a time: GFNI with AVX2.</summary>
    Affine256,

    /// <summary>64 bytes at a time: GFNI with AVX-512.</summary>
    Affine512,
}
