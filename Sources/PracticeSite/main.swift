print("practice-site")
