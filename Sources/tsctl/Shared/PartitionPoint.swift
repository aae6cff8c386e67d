extension Array {
    /// Returns the position of the first element that is `later`, of elements that are sorted by that.
    func partitionPoint(_ isLater: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if isLater(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
