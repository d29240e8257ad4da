using Gateway.Protocol.Low.V1;
using Grpc.Core;

namespace Gateway.Low.Submit;

/// <summary>Binds the transfer service as generated, but for how the messages of an upload are read.</summary>
internal static class TransferBinding
{
    /// <summary>Called by the host through <see cref="BindServiceMethodAttribute"/>.</summary>
    public static void Bind(ServiceBinderBase binder, TransferService.TransferServiceBase? service) =>
        TransferService.BindService(new UploadBinder(binder), service);

    private sealed class UploadBinder(ServiceBinderBase inner) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            inner.AddMethod(method, handler);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            inner.AddMethod(method, handler);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            inner.AddMethod(method, handler);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            inner.AddMethod(
                UploadWire.Marshaller is Marshaller<TRequest> pooled
                    ? new Method<TRequest, TResponse>(method.Type, method.ServiceName, method.Name, pooled, method.ResponseMarshaller)
                    : method,
                handler);
    }
}
