import MeshBase
import Replication
import Sharding
import Wire

/// Keys that keep siblings: what a read shows of them, and what a write has seen.
extension RouterNode {
    /// The highest counter among the dots that a write has seen; 0 without any. Nil where the request was refused.
    mutating func seen(
        by request: DataRequest, _ kind: RegisterOperation.Kind, merges: Bool, shard: Shard,
        into sink: inout some RouterSink
    ) -> UInt64? {
        guard let field = request.ifMatch else { return 0 }
        let (status, problem): (UInt16, DataProblem)
        if !merges || kind == .read {
            (status, problem) = (501, .conditional(isRead: merges))
        } else if let dots = SiblingTag.dots(ofCondition: field) {
            let most = dots.reduce(0) { max($0, $1.version.counter) }
            // One of a time when clocks were wrong would have this key, and clocks, follow.
            if siblingSeal.hasGiven(dots, customer: request.customer, key: Self.keyHash(request)),
                most <= HybridClock.counter(wall: wall(clock) + HybridClock.bound.nanoseconds)
            {
                return most
            }
            (status, problem) = (412, .foreignCondition)
        } else {
            (status, problem) = (400, .badCondition)
        }
        counters.conditionsRefused += 1
        refuse(request.id, status: status, shard: shard, customer: request.customer, problem, into: &sink)
        return nil
    }

    /// Another cell's answer to a read: what all of them come to.
    mutating func merge(
        _ body: UnsafeRawBufferPointer, _ version: RecordVersion, tombstone: Bool, absent: UInt64, _ position: Int,
        _ work: inout RouterOperation.RecordWork
    ) -> RegisterOperation.Step {
        var merged = work.register.version
        var isDeleted = work.register.foundTombstone
        if version != .none, version != merged, version.counter < RecordVersion.highestCounter {
            let theirs = SiblingRule.set(version, Array(body), tombstone: tombstone)
            var both =
                merged == .none ? theirs : SiblingRule.set(merged, work.value, tombstone: false).merged(with: theirs)
            // The stores count what goes.
            _ = both.bound()
            let bytes = both.encoded()
            heldBytes += bytes.count - work.value.count
            work.value = bytes
            work.source = position
            merged = both.version
            isDeleted = both.isDeleted
        }
        return work.register.answered(
            position, version: version, tombstone: isDeleted, absent: absent, merged: merged
        ).step
    }

    /// Makes the answer of what a read has found.
    /// - Returns: its body.
    mutating func show(
        _ work: RouterOperation.RecordWork, of customer: CustomerHash, in response: inout RouterResponse
    ) -> [UInt8] {
        guard response.status == 200 || response.status == 404, let set = SiblingSet(work.value) else { return [] }
        response.dots = siblingSeal.prove(set.dots, customer: customer, key: work.key)
        guard set.isConflicted else { return set.value ?? [] }
        counters.conflictsShown += 1
        response.status = 300
        response.content = .json
        return SiblingsPage.text(set, response.dots)
    }
}

/// The siblings of a key as clients are shown them.
enum SiblingsPage {
    /// - Parameter dots: of its siblings, in their order.
    static func text(_ set: SiblingSet, _ dots: [ProvenDot]) -> [UInt8] {
        var page = ByteBuffer()
        page.append("{\"schema\":\"cellmesh/1\",\"siblings\":[")
        for (index, sibling) in set.siblings.enumerated() {
            if index > 0 { page.append(",") }
            page.append("{\"number\":")
            page.append(decimal: UInt64(index + 1))
            page.append(",\"version\":\"")
            JSONText.append(SiblingTag.text([dots[index]]), to: &page)
            page.append("\",\"writer\":\"")
            JSONText.append(String(sibling.version.writer >> 32, radix: 16), to: &page)
            page.append("\",\"written_ms\":")
            page.append(decimal: UInt64(HybridClock.wall(ofCounter: sibling.version.counter) / 1_000_000))
            if sibling.tombstone {
                page.append(",\"deleted\":true")
            } else if let text = String(validating: sibling.value, as: UTF8.self) {
                page.append(",\"text\":\"")
                JSONText.append(text, to: &page)
                page.append("\"")
            } else {
                page.append(",\"base64\":\"")
                page.append(Base64Text.bytes(sibling.value))
                page.append("\"")
            }
            page.append("}")
        }
        page.append("]}\n")
        return Array(page.bytes)
    }
}

extension DataProblem {
    /// - Parameter isRead: the key keeps siblings, and the request only reads.
    static func conditional(isRead: Bool) -> DataProblem {
        DataProblem(
            "conditional", title: "Conditional requests are not offered",
            detail: isRead
                ? "If-Match says what a write supersedes; a read shows what there is. Leave the header out."
                : "If-Match needs consensus on each key; a record is a register. Nothing was changed; leave the header out.",
            policy: "consistency")
    }

    static let badCondition = DataProblem(
        "bad-condition", title: "This names nothing that was read",
        detail: "If-Match of a key that keeps siblings is the ETag of what the client has read, whole and in quotes. "
            + "Nothing was changed; read the record again and send its ETag.",
        policy: "consistency")

    static let foreignCondition = DataProblem(
        "foreign-condition", title: "This ETag is not of this record",
        detail: "If-Match names what this mesh has not given out for this customer's key: it would supersede nothing. "
            + "Nothing was changed; read the record again and send its ETag.",
        policy: "consistency")
}
