import Wire

extension DataProblem {
    /// What a failed call is told as, whether by a router or by a cell to its own clients; nil for one that did not fail.
    ///
    /// - Parameter body: what the service said.
    package static func ofCell(status: UInt16, body: UnsafeRawBufferPointer) -> DataProblem? {
        switch status {
        case ..<400: nil
        case 404: unknownService
        case 503:
            DataProblem(
                "cell-refused", title: "No cell accepted the request",
                detail: String(decoding: body, as: UTF8.self), policy: "bulkhead")
        default: serviceFailed(body)
        }
    }

    static var unknownService: DataProblem {
        DataProblem(
            "unknown-service", title: "No such service",
            detail: "The blueprint of this customer's cell has no service of this name.", policy: "routing")
    }

    static func serviceFailed(_ body: UnsafeRawBufferPointer) -> DataProblem {
        DataProblem(
            "service-failed", title: "The service failed", detail: String(decoding: body, as: UTF8.self),
            policy: "service")
    }
}
