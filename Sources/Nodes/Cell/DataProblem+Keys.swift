import Wire

extension DataProblem {
    /// - Parameter why: what kept a call from being carried out under its idempotency key.
    static func key(_ why: Refusal) -> DataProblem {
        let (title, detail) = text(why)
        return DataProblem("idempotency", title: title, detail: detail, policy: "idempotency")
    }

    private static func text(_ why: Refusal) -> (StaticString, String) {
        switch why {
        case .keyReused:
            (
                "This idempotency key was used for another request",
                "Method, path or body differ from those that the key came with first. Nothing was begun; give each "
                    + "request a key of its own."
            )
        case .keyRequired:
            (
                "This service needs an idempotency key",
                "Nothing was begun; send the request with Idempotency-Key, and repeat it with the same one."
            )
        case .keyUnkept:
            (
                "Idempotency keys are not kept here",
                "Keys are claimed through routers, in shards whose cells have a store of tier critical or important, for "
                    + "services without 'idempotency: off'. Nothing was begun."
            )
        case .keyUndecided:
            (
                "The key could not be claimed",
                "Too few cells of the customer's shard answered in time. Nothing was begun; repeat the request with the "
                    + "same key."
            )
        case .keyUnsettled:
            (
                "What became of the call could not be kept",
                "The work may have been done, and is not done again under this key. Ask for its effect."
            )
        case .keyAnswerCut:
            (
                "The call was carried out, and its answer was too large to be kept",
                "It was given once, to whoever called first, and the work is not done again. Ask for its effect."
            )
        default:
            (
                "The call of this key is in work, or its cell died with it",
                "Repeat it with the same key: it is answered once its cell has ended it. A call whose cell died with it "
                    + "is never given to another; its key is free when its time is over."
            )
        }
    }
}
