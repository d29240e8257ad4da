using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Hosting;

/// <summary>Connections of one end point. Kestrel counts all of a process together, so that one end point could use up the others'.</summary>
internal static class ConnectionLimit
{
    /// <summary>Closes what comes in beyond a number of connections, before its handshake.</summary>
    public static void LimitConnections(this ListenOptions listen, int most)
    {
        var open = 0;
        listen.Use(next => async connection =>
        {
            try
            {
                if (Interlocked.Increment(ref open) > most)
                {
                    connection.Abort(new ConnectionAbortedException("too many connections"));
                    return;
                }

                await next(connection);
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        });
    }
}
