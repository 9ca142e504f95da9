import Checkers
import MeshBase
import Wire

/// Records that keep siblings.
extension LoadRun {
    func isJudgedAsSiblings(_ request: LoadRequest) -> Bool {
        state.pointee.siblings != nil && request.kind != .service && configuration.keepsSiblings(request.item)
    }

    /// Books an answer to a read or a write.
    func bookSiblings(
        _ request: LoadRequest, _ number: UInt64, _ response: HTTPResponse, _ bytes: UnsafeRawBufferPointer, isOK: Bool,
        isUnknown: Bool
    ) {
        let tag = response.etag.bytes(in: bytes)
        if request.kind == .read {
            guard isOK else { return }
            state.pointee.siblings?.read(
                request.record, status: response.status, tag: tag, body: response.body.bytes(in: bytes))
        } else if isOK {
            state.pointee.siblings?.acknowledged(request.record, number: number, tag: tag)
        } else if isUnknown {
            state.pointee.siblings?.lost(number: number)
        } else {
            state.pointee.siblings?.refused(request.record, number: number)
        }
    }

    /// Takes what was read back.
    func verifiedSiblings(
        _ request: LoadRequest, _ response: HTTPResponse, _ bytes: UnsafeRawBufferPointer, now: Instant
    ) {
        let body = response.body.bytes(in: bytes)
        switch response.status {
        case 200, 300: break
        case 404 where AnswerNotes.problem(body) ?? "no-record" == "no-record": break
        default: return state.pointee.verification.failed(request.record, now: now)
        }
        let record = request.record
        guard
            let values = state.pointee.siblings?.readBack(
                record, status: response.status, tag: response.etag.bytes(in: bytes), body: body)
        else { return }
        let isWhole = state.pointee.siblings?.checker.isWhole(record, values) ?? true
        if state.pointee.verification.isOver(record, isGood: isWhole, now: now) {
            state.pointee.siblings?.judge(record, values)
        }
    }
}
