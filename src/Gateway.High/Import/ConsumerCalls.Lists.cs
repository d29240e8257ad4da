using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Grpc.Core;

namespace Gateway.High.Import;

/// <summary>How people see and tidy up what consumers left.</summary>
internal sealed partial class ConsumerCalls
{
    private const int DefaultPageSize = 50;

    /// <summary>Most consumers on a page: with the most patterns and classes they stay under the message limit of 4 MiB.</summary>
    private const int MaximumConsumers = 100;

    private static readonly Role[] Readers = [Role.Importer, Role.Auditor, Role.Admin];

    public override async Task<ListConsumersResponse> ListConsumers(ListConsumersRequest request, ServerCallContext context)
    {
        const string List = "consumers";
        context.CallerWith(Readers);
        var size = PageSize.Of(request.PageSize, DefaultPageSize, MaximumConsumers).OrRefuse();
        var after = PageToken.Read(List, request.PageToken).OrRefuse();
        var consumers = await catalog.ListConsumersAsync(after, size + 1, context.CancellationToken);
        return new()
        {
            Consumers = { consumers.Take(size).Select(ConsumerMessages.ToProto) },
            NextPageToken = consumers.Count > size ? PageToken.After(List, consumers[size - 1].Name) : "",
        };
    }

    public override async Task<ListDeadLettersResponse> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context)
    {
        context.CallerWith(Readers);
        var consumer = ReadName(request.Consumer);
        var list = $"dead-letters:{consumer}";
        var size = PageSize.Of(request.PageSize, DefaultPageSize, ImportCalls.MaximumPageSize).OrRefuse();
        var after = PageToken.ReadNumber(list, request.PageToken, first: 0).OrRefuse();
        var letters = (await catalog.ListDeadLettersAsync(consumer, after, size + 1, context.CancellationToken)).OrRefuse();
        return new()
        {
            DeadLetters = { letters.Take(size).Select(ConsumerMessages.ToProto) },
            NextPageToken = letters.Length > size ? PageToken.After(list, letters[size - 1].Number) : "",
        };
    }

    public override async Task<RedeliverDeadLetterResponse> RedeliverDeadLetter(RedeliverDeadLetterRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Importer, Role.Admin);
        var import = (await catalog.FindByIdAsync(request.Import, context.CancellationToken)).OrRefuse();
        (await catalog.RedeliverAsync(ReadName(request.Consumer), import.Id, caller.Id, context.CancellationToken)).ThrowIfRefused();
        return new();
    }

    public override async Task<DeleteConsumerResponse> DeleteConsumer(DeleteConsumerRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Importer, Role.Admin);
        var any = caller.Identity.Has(Role.Admin);
        (await catalog.DeleteConsumerAsync(ReadName(request.Consumer), caller.Id, any, context.CancellationToken)).ThrowIfRefused();
        return new();
    }
}
