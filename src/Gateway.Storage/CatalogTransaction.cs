using System.Data.Common;
using Dapper;

namespace Gateway.Storage;

/// <summary>One consistent view of a catalog. Statements are portable SQL with named parameters (<c>@name</c>).</summary>
public class CatalogReader
{
    internal CatalogReader(DbTransaction transaction, TimeProvider clock)
    {
        Transaction = transaction;
        Clock = clock;
    }

    /// <summary>The clock of this side; the time of all that one transaction writes comes from here.</summary>
    public TimeProvider Clock { get; }

    internal DbTransaction Transaction { get; }

    private protected DbConnection Connection =>
        Transaction.Connection ?? throw new InvalidOperationException("The transaction has ended; it must not leave its delegate.");

    /// <summary>All rows. Bound the statement by a LIMIT where the table can grow.</summary>
    public IReadOnlyList<T> Query<T>(string sql, object? parameters = null) =>
        Connection.Query<T>(sql, parameters, Transaction).AsList();

    /// <summary>The first row, or the default (null for classes) where there is none.</summary>
    public T? QueryFirst<T>(string sql, object? parameters = null) =>
        Connection.QueryFirstOrDefault<T>(sql, parameters, Transaction);

    /// <summary>The first column of the first row.</summary>
    public T? Scalar<T>(string sql, object? parameters = null) =>
        Connection.ExecuteScalar<T>(sql, parameters, Transaction);
}

/// <summary>A change to a catalog: committed as a whole or not at all.</summary>
public sealed class CatalogTransaction : CatalogReader
{
    internal CatalogTransaction(DbTransaction transaction, TimeProvider clock)
        : base(transaction, clock)
    {
    }

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public int Execute(string sql, object? parameters = null) => Connection.Execute(sql, parameters, Transaction);
}
