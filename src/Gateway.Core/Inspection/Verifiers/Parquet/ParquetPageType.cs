namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Page types of parquet.thrift; index pages are refused.</summary>
internal enum ParquetPageType
{
    Data = 0,
    Dictionary = 2,
    DataV2 = 3,
}
