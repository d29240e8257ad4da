namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>Methods that are read; numbers of PKWARE APPNOTE 4.4.5.</summary>
internal enum ZipMethod
{
    /// <summary>As it is.</summary>
    Stored = 0,

    /// <summary>RFC 1951.</summary>
    Deflated = 8,
}
