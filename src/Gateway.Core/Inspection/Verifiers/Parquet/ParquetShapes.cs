namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>
/// The structs of apache/parquet-format, src/main/thrift/parquet.thrift. Fields that it names and that may not cross are marked so: encryption, whose
/// content nobody can inspect; data in other files; the fixed-size vectors that no released reader knows.
/// </summary>
internal static class ParquetShapes
{
    private const string Encrypted = "it is encrypted";

    private static readonly ThriftShape Empty = new("an empty struct");
    public static ThriftShape TimeUnit { get; } =
        new("TimeUnit", Struct(1, "MILLIS", Empty), Struct(2, "MICROS", Empty), Struct(3, "NANOS", Empty)) { IsUnion = true };

    public static ThriftShape Time { get; } =
        new("a time", Required(1, "isAdjustedToUTC", ThriftKind.Boolean), Struct(2, "unit", TimeUnit) with { IsRequired = true });

    private static readonly ThriftShape Statistics = new(
        "Statistics",
        new(1, "max", ThriftKind.Binary),
        new(2, "min", ThriftKind.Binary),
        new(3, "null_count", ThriftKind.I64),
        new(4, "distinct_count", ThriftKind.I64),
        new(5, "max_value", ThriftKind.Binary),
        new(6, "min_value", ThriftKind.Binary),
        new(7, "is_max_value_exact", ThriftKind.Boolean),
        new(8, "is_min_value_exact", ThriftKind.Boolean),
        new(9, "nan_count", ThriftKind.I64));

    private static readonly ThriftShape SizeStatistics = new(
        "SizeStatistics",
        new(1, "unencoded_byte_array_data_bytes", ThriftKind.I64),
        List(2, "repetition_level_histogram", ThriftKind.I64),
        List(3, "definition_level_histogram", ThriftKind.I64));

    private static readonly ThriftShape BoundingBox = new(
        "BoundingBox",
        Required(1, "xmin", ThriftKind.Double),
        Required(2, "xmax", ThriftKind.Double),
        Required(3, "ymin", ThriftKind.Double),
        Required(4, "ymax", ThriftKind.Double),
        new(5, "zmin", ThriftKind.Double),
        new(6, "zmax", ThriftKind.Double),
        new(7, "mmin", ThriftKind.Double),
        new(8, "mmax", ThriftKind.Double));

    private static readonly ThriftShape GeospatialStatistics =
        new("GeospatialStatistics", Struct(1, "bbox", BoundingBox), List(2, "geospatial_types", ThriftKind.I32));

    public static ThriftShape Decimal { get; } = new("DecimalType", Required(1, "scale", ThriftKind.I32), Required(2, "precision", ThriftKind.I32));

    public static ThriftShape Integer { get; } = new("IntType", Required(1, "bitWidth", ThriftKind.I8), Required(2, "isSigned", ThriftKind.Boolean));

    public static ThriftShape LogicalType { get; } = new(
        "LogicalType",
        Struct(1, "STRING", Empty),
        Struct(2, "MAP", Empty),
        Struct(3, "LIST", Empty),
        Struct(4, "ENUM", Empty),
        Struct(5, "DECIMAL", Decimal),
        Struct(6, "DATE", Empty),
        Struct(7, "TIME", Time),
        Struct(8, "TIMESTAMP", Time),
        Struct(10, "INTEGER", Integer),
        Struct(11, "UNKNOWN", Empty),
        Struct(12, "JSON", Empty),
        Struct(13, "BSON", Empty),
        Struct(14, "UUID", Empty),
        Struct(15, "FLOAT16", Empty),
        Struct(16, "VARIANT", new("VariantType", new ThriftField(1, "specification_version", ThriftKind.I8))),
        Struct(17, "GEOMETRY", new("GeometryType", new ThriftField(1, "crs", ThriftKind.Text))),
        Struct(18, "GEOGRAPHY", new("GeographyType", new(1, "crs", ThriftKind.Text), new(2, "algorithm", ThriftKind.I32) { Values = 0b1_1111 })))
    {
        IsUnion = true,
    };

    public static ThriftShape SchemaElement { get; } = new(
        "SchemaElement",
        Type(1, isRequired: false),
        new(2, "type_length", ThriftKind.I32),
        new(3, "repetition_type", ThriftKind.I32) { Values = 0b111 },
        Required(4, "name", ThriftKind.Text) with { MaximumBytes = ParquetLimits.NameBytes },
        new(5, "num_children", ThriftKind.I32),
        new(6, "converted_type", ThriftKind.I32) { Values = (1 << 22) - 1 },
        new(7, "scale", ThriftKind.I32),
        new(8, "precision", ThriftKind.I32),
        new(9, "field_id", ThriftKind.I32),
        Struct(10, "logicalType", LogicalType),
        new(11, "vector_length", ThriftKind.I32) { Refused = "a fixed-size vector group" });

    public static ThriftShape KeyValue { get; } = new("KeyValue", Required(1, "key", ThriftKind.Text), new(2, "value", ThriftKind.Text));

    public static ThriftShape PageEncodingStats { get; } = new(
        "PageEncodingStats", PageType(1, "page_type"), Encoding(2, "encoding"), Required(3, "count", ThriftKind.I32));

    public static ThriftShape ColumnMetaData { get; } = new(
        "ColumnMetaData",
        Type(1, isRequired: true),
        Encoding(2, "encodings") with { IsList = true },
        Required(3, "path_in_schema", ThriftKind.Text) with { IsList = true },
        Required(4, "codec", ThriftKind.I32) with { Values = 0b1111_1111 },
        Required(5, "num_values", ThriftKind.I64),
        Required(6, "total_uncompressed_size", ThriftKind.I64),
        Required(7, "total_compressed_size", ThriftKind.I64),
        List(8, "key_value_metadata", KeyValue),
        Required(9, "data_page_offset", ThriftKind.I64),
        new(10, "index_page_offset", ThriftKind.I64),
        new(11, "dictionary_page_offset", ThriftKind.I64),
        Struct(12, "statistics", Statistics),
        List(13, "encoding_stats", PageEncodingStats),
        new(14, "bloom_filter_offset", ThriftKind.I64),
        new(15, "bloom_filter_length", ThriftKind.I32),
        Struct(16, "size_statistics", SizeStatistics),
        Struct(17, "geospatial_statistics", GeospatialStatistics));

    public static ThriftShape ColumnChunk { get; } = new(
        "ColumnChunk",
        new(1, "file_path", ThriftKind.Text) { Refused = "a column whose data is in another file" },
        Required(2, "file_offset", ThriftKind.I64),
        Struct(3, "meta_data", ColumnMetaData) with { IsRequired = true },
        new(4, "offset_index_offset", ThriftKind.I64),
        new(5, "offset_index_length", ThriftKind.I32),
        new(6, "column_index_offset", ThriftKind.I64),
        new(7, "column_index_length", ThriftKind.I32),
        new(8, "crypto_metadata", ThriftKind.Struct) { Refused = Encrypted },
        new(9, "encrypted_column_metadata", ThriftKind.Binary) { Refused = Encrypted });

    public static ThriftShape SortingColumn { get; } = new(
        "SortingColumn", Required(1, "column_idx", ThriftKind.I32), Required(2, "descending", ThriftKind.Boolean), Required(3, "nulls_first", ThriftKind.Boolean));

    public static ThriftShape RowGroup { get; } = new(
        "RowGroup",
        List(1, "columns", ColumnChunk) with { IsRequired = true },
        Required(2, "total_byte_size", ThriftKind.I64),
        Required(3, "num_rows", ThriftKind.I64),
        List(4, "sorting_columns", SortingColumn),
        new(5, "file_offset", ThriftKind.I64),
        new(6, "total_compressed_size", ThriftKind.I64),
        new(7, "ordinal", ThriftKind.I16));

    private static readonly ThriftShape ColumnOrder = new(
        "ColumnOrder", Struct(1, "TYPE_ORDER", Empty), Struct(2, "IEEE_754_TOTAL_ORDER", Empty), Struct(3, "INT96_TIMESTAMP_ORDER", Empty)) { IsUnion = true };

    public static ThriftShape FileMetaData { get; } = new(
        "FileMetaData",
        Required(1, "version", ThriftKind.I32) with { Values = 0b110 },
        List(2, "schema", SchemaElement) with { IsRequired = true },
        Required(3, "num_rows", ThriftKind.I64),
        List(4, "row_groups", RowGroup) with { IsRequired = true },
        List(5, "key_value_metadata", KeyValue),
        new(6, "created_by", ThriftKind.Text),
        List(7, "column_orders", ColumnOrder),
        new(8, "encryption_algorithm", ThriftKind.Struct) { Refused = Encrypted },
        new(9, "footer_signing_key_metadata", ThriftKind.Binary) { Refused = Encrypted });

    public static ThriftShape DataPageHeader { get; } = new(
        "DataPageHeader",
        Required(1, "num_values", ThriftKind.I32),
        Encoding(2, "encoding"),
        Levels(3, "definition_level_encoding"),
        Levels(4, "repetition_level_encoding"),
        Struct(5, "statistics", Statistics));

    public static ThriftShape DictionaryPageHeader { get; } = new(
        "DictionaryPageHeader", Required(1, "num_values", ThriftKind.I32), Encoding(2, "encoding"), new(3, "is_sorted", ThriftKind.Boolean));

    public static ThriftShape DataPageHeaderV2 { get; } = new(
        "DataPageHeaderV2",
        Required(1, "num_values", ThriftKind.I32),
        Required(2, "num_nulls", ThriftKind.I32),
        Required(3, "num_rows", ThriftKind.I32),
        Encoding(4, "encoding"),
        Required(5, "definition_levels_byte_length", ThriftKind.I32),
        Required(6, "repetition_levels_byte_length", ThriftKind.I32),
        new(7, "is_compressed", ThriftKind.Boolean),
        Struct(8, "statistics", Statistics));

    public static ThriftShape PageHeader { get; } = new(
        "PageHeader",
        PageType(1, "type"),
        Required(2, "uncompressed_page_size", ThriftKind.I32),
        Required(3, "compressed_page_size", ThriftKind.I32),
        new(4, "crc", ThriftKind.I32),
        Struct(5, "data_page_header", DataPageHeader),
        new(6, "index_page_header", ThriftKind.Struct) { Refused = "an index page, which no specification describes" },
        Struct(7, "dictionary_page_header", DictionaryPageHeader),
        Struct(8, "data_page_header_v2", DataPageHeaderV2));

    public static ThriftShape BloomFilterHeader { get; } = new(
        "BloomFilterHeader",
        Required(1, "numBytes", ThriftKind.I32),
        Only(2, "algorithm", "BLOCK"),
        Only(3, "hash", "XXHASH"),
        Only(4, "compression", "UNCOMPRESSED"));

    public static ThriftShape PageLocation { get; } = new(
        "PageLocation",
        Required(1, "offset", ThriftKind.I64),
        Required(2, "compressed_page_size", ThriftKind.I32),
        Required(3, "first_row_index", ThriftKind.I64));

    public static ThriftShape OffsetIndex { get; } = new(
        "OffsetIndex", List(1, "page_locations", PageLocation) with { IsRequired = true }, List(2, "unencoded_byte_array_data_bytes", ThriftKind.I64));

    public static ThriftShape ColumnIndex { get; } = new(
        "ColumnIndex",
        List(1, "null_pages", ThriftKind.Boolean) with { IsRequired = true },
        List(2, "min_values", ThriftKind.Binary) with { IsRequired = true },
        List(3, "max_values", ThriftKind.Binary) with { IsRequired = true },
        Required(4, "boundary_order", ThriftKind.I32) with { Values = 0b111 },
        List(5, "null_counts", ThriftKind.I64),
        List(6, "repetition_level_histograms", ThriftKind.I64),
        List(7, "definition_level_histograms", ThriftKind.I64),
        List(8, "nan_counts", ThriftKind.I64));

    private static ThriftField Required(int id, string name, ThriftKind kind) => new(id, name, kind) { IsRequired = true };

    private static ThriftField Struct(int id, string name, ThriftShape of) => new(id, name, ThriftKind.Struct) { Of = of };

    private static ThriftField List(int id, string name, ThriftKind kind) => new(id, name, kind) { IsList = true };

    private static ThriftField List(int id, string name, ThriftShape of) => Struct(id, name, of) with { IsList = true };

    private static ThriftField Type(int id, bool isRequired) => new(id, "type", ThriftKind.I32) { IsRequired = isRequired, Values = 0b1111_1111 };

    /// <summary>All but 1, which was never used.</summary>
    private static ThriftField Encoding(int id, string name) => Required(id, name, ThriftKind.I32) with { Values = 0b11_1111_1101 };

    private static ThriftField Levels(int id, string name) =>
        Required(id, name, ThriftKind.I32) with { Values = (1 << (int)ParquetEncoding.Rle) | (1 << (int)ParquetEncoding.BitPacked) };

    private static ThriftField PageType(int id, string name) => Required(id, name, ThriftKind.I32) with { Values = 0b1101 };

    private static ThriftField Only(int id, string name, string choice) =>
        Struct(id, name, new ThriftShape(name, Struct(1, choice, Empty)) { IsUnion = true }) with { IsRequired = true };
}
