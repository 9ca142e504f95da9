import Wire

extension DataProblem {
    /// What a failed call is told as, whether by a router or by a cell to its own clients; nil for one that did not fail.
    ///
    /// - Parameter body: what the service said.
    package static func ofCell(status: UInt16, body: UnsafeRawBufferPointer) -> DataProblem? {
        switch status {
        case ..<400: nil
        case Refusal.unknownService.status: unknownService
        case Refusal.overloaded.status:
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

    static var noStore: DataProblem {
        DataProblem(
            "no-store", title: "These cells have no store",
            detail: "The blueprint of this customer's cells declares no store, so there are no records.",
            policy: "routing")
    }

    static var malformed: DataProblem {
        DataProblem(
            "malformed", title: "The cell did not understand the request",
            detail: "The cell refused the frame as malformed.", policy: "routing")
    }

    static var tooLarge: DataProblem {
        DataProblem(
            "record-too-large", title: "The record is larger than bodies may be",
            detail: "It was written when routing.body-limit was higher; raise it, or write or delete the record.",
            policy: "store")
    }

    static func serviceFailed(_ body: UnsafeRawBufferPointer) -> DataProblem {
        DataProblem(
            "service-failed", title: "The service failed", detail: String(decoding: body, as: UTF8.self),
            policy: "service")
    }
}
