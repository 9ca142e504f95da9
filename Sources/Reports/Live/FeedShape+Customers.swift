import MeshBase

extension FeedShape {
    /// Of each customer its cells by their places, in the order of the hashes; empty where there are too many customers to be told one
    /// by one.
    package var shards: [[Int]] {
        let (count, words) = (customers.numbers.count, customers.shards.flatMap { Customers.words($0) } ?? [])
        guard (1...Int(UInt16.max)).contains(k), words.count == count * k else { return [] }
        return (0..<count).map { customer in
            words[customer * k..<(customer + 1) * k].filter { $0 < Int(UInt16.max) }
        }
    }
}

extension FeedShape.Customers {
    /// The numbers of the customers in the order of their hashes; empty where there are too many.
    package var numbers: [Int] { order.flatMap { Self.words($0) } ?? [] }

    /// Two bytes each, the lower one first, in base64.
    fileprivate static func words(_ text: String) -> [Int]? {
        guard let bytes = Base64Text.decoded(text.utf8), bytes.count % 2 == 0 else { return nil }
        return stride(from: 0, to: bytes.count, by: 2).map { Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8 }
    }
}
