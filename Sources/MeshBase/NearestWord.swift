/// Finds what a mistyped word was probably meant to be.
package enum NearestWord {
    /// The candidate with the smallest edit distance, if that is at most a third of the length; the first of equals.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let word = Array(word.lowercased().unicodeScalars.prefix(64))
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let scalars = Array(candidate.lowercased().unicodeScalars.prefix(64))
            let allowed = max(word.count, scalars.count) / 3
            let distance = distance(word, scalars)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// "did you mean 'x'?", or the list of what is known where nothing is near.
    package static func hint(for word: String, among candidates: [String], listing: String) -> String? {
        if let nearest = nearest(to: word, among: candidates) { return "did you mean '\(nearest)'?" }
        guard !candidates.isEmpty else { return nil }
        let shown = candidates.prefix(24).joined(separator: ", ")
        return "\(listing): \(shown)\(candidates.count > 24 ? ", ..." : "")"
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). `_` and `-` count
    /// as the same.
    static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for j in b.indices {
                let same = a[i] == b[j] || (isDash(a[i]) && isDash(b[j]))
                var cost = min(last[j] + (same ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }

    private static func isDash(_ scalar: Unicode.Scalar) -> Bool { scalar == "-" || scalar == "_" }
}
