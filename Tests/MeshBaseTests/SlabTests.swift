import Testing

@testable import MeshBase

@Suite struct SlabTests {
    @Test func keysGoStale() {
        var slab = Slab<String>(limit: 2)
        let a = slab.insert("a")!
        let b = slab.insert("b")!
        let refused = slab.insert("c")
        #expect(slab.isFull && refused == nil)
        let removed = (slab.remove(a), slab.remove(a))
        #expect(removed == ("a", nil))
        #expect(slab[a] == nil && !slab.contains(a))
        let c = slab.insert("c")!
        #expect(c.index == a.index && c.generation != a.generation)
        slab[a]?.append("!")
        slab[a] = "late"
        #expect(slab[c] == "c" && slab[b] == "b")
        #expect(slab.keys == [c, b].sorted { $0.index < $1.index })
        #expect(SlabKey(rawValue: c.rawValue) == c)
        #expect(!slab.contains(SlabKey(index: 99, generation: 1)))
    }

    @Test func settingNilRemoves() {
        var slab = Slab<Int>(limit: 1)
        let first = slab.insert(1)!
        slab[first] = nil
        #expect(slab.count == 0 && !slab.contains(first))
        let second = slab.insert(2)!
        #expect(second != first && slab[second] == 2)
        slab[first] = nil
        #expect(slab[second] == 2)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func itBehavesAsADictionary(seed: UInt64) {
        var generator = Generator(seed: seed)
        var slab = Slab<UInt64>(limit: 50)
        var model: [SlabKey: UInt64] = [:]
        var gone: [SlabKey] = []
        for step in 0..<5_000 {
            switch generator.below(4) {
            case 0, 1:
                let value = generator.next()
                if let key = slab.insert(value) {
                    #expect(model[key] == nil, "seed \(seed) step \(step)")
                    model[key] = value
                } else {
                    #expect(model.count == 50)
                }
            case 2:
                guard let key = slab.keys.randomElement(using: &generator) else { continue }
                let removed = slab.remove(key)
                #expect(removed == model.removeValue(forKey: key), "seed \(seed) step \(step)")
                gone.append(key)
            default:
                guard let key = slab.keys.randomElement(using: &generator) else { continue }
                slab[key]! &+= 1
                model[key]! &+= 1
            }
            #expect(slab.count == model.count)
            if let key = gone.randomElement(using: &generator) { #expect(slab[key] == nil) }
        }
        for (key, value) in model { #expect(slab[key] == value) }
    }
}
